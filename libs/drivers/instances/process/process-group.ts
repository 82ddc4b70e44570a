import { setTimeout as sleep } from 'node:timers/promises';
import { EbbError } from '../../../core/errors.js';
import { type ProcessMarks, ProcessTable } from './process-table.js';

const LOOK_EVERY_MS = 20;
/**
 * The longest wait for killed processes. The operating system holds a process that stays longer; Ebb can do no more.
 */
const MAX_KILL_WAIT_MS = 10_000;

/**
 * Signals the process group of `leader`, a child of Ebb that has not been waited for. Does nothing if the group is
 * gone.
 */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  kill(-leader, signal);
}

/** Kills every process of an instance; resolves when no process is left. */
export async function killProcesses(marks: ProcessMarks): Promise<void> {
  const deadline = performance.now() + MAX_KILL_WAIT_MS;
  for (;;) {
    const pids = (await ProcessTable.read()).belongingTo(marks);
    if (pids.length === 0) return;
    if (performance.now() > deadline) {
      throw new EbbError('Unavailable', `Processes ${pids.join(', ')} of an instance were killed but have not ended.`);
    }
    for (const pid of pids) kill(pid, 'SIGKILL');
    await sleep(LOOK_EVERY_MS);
  }
}

/** Sends SIGTERM to every process of an instance of an earlier run of Ebb, and kills the rest after the grace. */
export async function endProcesses(marks: ProcessMarks, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  let pids = (await ProcessTable.read()).belongingTo(marks);
  for (const pid of pids) kill(pid, 'SIGTERM');
  while (pids.length > 0 && performance.now() < deadline) {
    await sleep(LOOK_EVERY_MS);
    pids = (await ProcessTable.read()).belongingTo(marks);
  }
  await killProcesses(marks);
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // The process is gone, or only zombies are left, which some systems report so. Callers that must know look again.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
