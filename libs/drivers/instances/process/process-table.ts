import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The variable whose value marks every process of one instance, however it was started. */
export const TOKEN_VARIABLE = 'EBB_INSTANCE_TOKEN';

/** By what the processes of an instance are recognised, also by a later run of Ebb. */
export interface ProcessMarks {
  /** Unique to the instance, in the environment of its processes. */
  readonly token: string;
  /** The first process, which leads the process group; absent until it has been started. */
  readonly pid?: number;
  /** When that process started, as the operating system writes it: tells it from a later one with the same number. */
  readonly startedAt?: string;
}

interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  readonly startedAt: string;
  readonly token?: string;
}

/**
 * The processes that live now. On Linux the environment of each is looked at, so that an instance is found even if Ebb
 * was killed between starting and recording it, and so are processes that left their group. Elsewhere only the group
 * of a recorded first process is found.
 */
export class ProcessTable {
  readonly #rows: readonly ProcessRow[];

  private constructor(rows: readonly ProcessRow[]) {
    this.#rows = rows;
  }

  static async read(): Promise<ProcessTable> {
    return new ProcessTable(process.platform === 'linux' ? await readProc() : await readPs());
  }

  /** The processes of an instance. */
  belongingTo(marks: ProcessMarks): number[] {
    const leads = this.#rows.some((row) => row.pid === marks.pid && row.startedAt === marks.startedAt);
    return this.#rows
      .filter((row) => row.token === marks.token || (leads && row.group === marks.pid))
      .map((row) => row.pid);
  }
}

/** When a process started, as `ProcessMarks.startedAt`; undefined when there is no such process. */
export async function processStartedAt(pid: number): Promise<string | undefined> {
  const rows = process.platform === 'linux' ? [await readProcRow(pid)] : await readPs();
  return rows.find((row) => row?.pid === pid)?.startedAt;
}

async function readProc(): Promise<ProcessRow[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const rows = await Promise.all(pids.map(readProcRow));
  return rows.filter((row) => row !== undefined);
}

const TOKEN_ENTRY = new RegExp(`(?:^|\\0)${TOKEN_VARIABLE}=([^\\0]*)`);

async function readProcRow(pid: number): Promise<ProcessRow | undefined> {
  const stat = await readOwn(`/proc/${pid}/stat`);
  if (stat === undefined) return undefined;
  // The name, in brackets, may hold anything; the numbers come after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startedAt = fields[19];
  if (isEnded(state) || startedAt === undefined) return undefined;
  const token = TOKEN_ENTRY.exec((await readOwn(`/proc/${pid}/environ`)) ?? '')?.[1];
  return { pid, group: Number(group), startedAt, token };
}

/** Undefined for what has ended meanwhile, and for what belongs to another user, which no instance of ours does. */
async function readOwn(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'latin1');
  } catch {
    return undefined;
  }
}

async function readPs(): Promise<ProcessRow[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,pgid=,stat=,lstart='], {
    env: { LC_ALL: 'C' },
  });
  return stdout.split('\n').flatMap((line) => {
    const [pid, group, state, ...start] = line.trim().split(/\s+/);
    return start.length === 0 || isEnded(state)
      ? []
      : [{ pid: Number(pid), group: Number(group), startedAt: start.join(' ') }];
  });
}

/** A zombie has ended; that nobody has asked for its exit code does not keep it alive. */
function isEnded(state: string | undefined): boolean {
  return state === undefined || state.startsWith('Z') || state.startsWith('X');
}
