import { readFileSync, readdirSync } from 'node:fs';

/** A process that lives now. */
export interface LiveProcess {
  readonly pid: number;
  readonly parent: number;
  readonly environment: ReadonlyMap<string, string>;
}

/** Instances can be looked for from outside only where processes show their environment. */
export const canSeeProcesses = process.platform === 'linux';

/** The processes of instances whose model directory is below a data directory, whoever started them. */
export function instanceProcesses(dataDirectory: string): LiveProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => liveProcess(Number(name)) ?? [])
    .filter(({ environment }) => environment.get('SM_MODEL_DIR')?.startsWith(dataDirectory));
}

/** How many TCP connections over IPv4 are established to a port on this machine, counted at their calling end. */
export function connectionsTo(port: number): number {
  const [, ...rows] = readFileSync('/proc/net/tcp', 'utf8').trim().split('\n');
  return rows.filter((row) => {
    const [, , remote, state] = row.trim().split(/\s+/);
    return state === ESTABLISHED && Number.parseInt(remote!.split(':')[1]!, 16) === port;
  }).length;
}

/** As the kernel writes it. */
const ESTABLISHED = '01';

function liveProcess(pid: number): LiveProcess | undefined {
  try {
    const [, afterName] = /^.*\) (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
    const variables = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const environment = new Map(variables.map((variable) => variable.split(/=(.*)/s, 2) as [string, string]));
    return { pid, parent: Number(afterName!.split(' ')[1]), environment };
  } catch {
    // It has ended meanwhile, or is another user's.
    return undefined;
  }
}
