import { setTimeout as sleep } from 'node:timers/promises';
import { EbbError } from '../../../core/errors.js';
import { type ProcessMarks, ProcessTable } from './process-table.js';

const LOOK_EVERY_MS = 20;
/** A killed process that stays longer than this is held by the operating system; nothing more can be done from here. */
const MAX_KILL_WAIT_MS = 10_000;

/** Signals the group that `leader`, a child of ours that has not been waited for, leads. Harmless if it is gone. */
export function signalGroup(leader: number, signal: 'SIGTERM' | 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void {
  kill(-leader, signal);
}

/** Kills every process of an instance; resolves when none is left. */
export async function killProcesses(marks: ProcessMarks): Promise<void> {
  const deadline = performance.now() + MAX_KILL_WAIT_MS;
  for (;;) {
    const pids = (await ProcessTable.read()).belongingTo(marks);
    if (pids.length === 0) return;
    if (performance.now() > deadline) {
      throw new EbbError(
        'Unavailable',
        `Processes ${pids.join(', ')} of an instance do not end though they were killed.`,
      );
    }
    for (const pid of pids) kill(pid, 'SIGKILL');
    await sleep(LOOK_EVERY_MS);
  }
}

/** Asks every process of an instance that an earlier run of Ebb started to end; kills what is left after the grace. */
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
    // Gone; or, on some systems, nothing but zombies. Whoever has to know looks again.
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ESRCH' && code !== 'EPERM') throw error;
  }
}
