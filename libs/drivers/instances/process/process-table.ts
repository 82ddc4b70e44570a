import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The variable that marks every process of one instance, including the descendants of its first process. */
export const TOKEN_VARIABLE = 'EBB_INSTANCE_TOKEN';

/** The marks by which Ebb, and a later run of Ebb, recognises the processes of an instance. */
export interface ProcessMarks {
  /** A value that is unique to the instance, in the environment of its processes. */
  readonly token: string;
  /** The number of the first process, which leads the process group; absent until that has been started. */
  readonly pid?: number;
  /**
   * The time at which the first process started, in the operating system's form. It distinguishes the process from a
   * later one with the same number.
   */
  readonly startedAt?: string;
}

interface ProcessRow {
  readonly pid: number;
  readonly group: number;
  readonly startedAt: string;
  readonly token?: string;
}

/**
 * The processes that live now. On Linux it reads the environment of each process. So it finds an instance even if Ebb
 * was killed between starting and recording it, and finds processes that left their group. Elsewhere it finds only the
 * group of a recorded first process.
 */
export class ProcessTable {
  readonly #rows: readonly ProcessRow[];

  private constructor(rows: readonly ProcessRow[]) {
    this.#rows = rows;
  }

  static async read(): Promise<ProcessTable> {
    return new ProcessTable(process.platform === 'linux' ? await readProc() : await readPs());
  }

  /** Returns the numbers of an instance's processes. */
  belongingTo(marks: ProcessMarks): number[] {
    const leads = this.#rows.some((row) => row.pid === marks.pid && row.startedAt === marks.startedAt);
    return this.#rows
      .filter((row) => row.token === marks.token || (leads && row.group === marks.pid))
      .map((row) => row.pid);
  }
}

/**
 * Returns the time at which a process started, as in `ProcessMarks.startedAt`; undefined if there is no such process.
 */
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
  // The name, in brackets, may contain any character; the numbers follow it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, , group] = fields;
  const startedAt = fields[19];
  if (isEnded(state) || startedAt === undefined) return undefined;
  const token = TOKEN_ENTRY.exec((await readOwn(`/proc/${pid}/environ`)) ?? '')?.[1];
  return { pid, group: Number(group), startedAt, token };
}

/**
 * Reads a file of a process. Returns undefined if the process has ended meanwhile, or belongs to another user, which no
 * instance of Ebb does.
 */
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

/** Tells whether a process has ended. A zombie has, even if its exit code has not been read. */
function isEnded(state: string | undefined): boolean {
  return state === undefined || state.startsWith('Z') || state.startsWith('X');
}
