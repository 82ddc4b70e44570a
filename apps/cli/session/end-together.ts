import type { ChildProcess } from 'node:child_process';
import type { Session } from './session.js';

/** Has a process that stands for the command end in order when the command is to end; it never outlives it. */
export function endTogether(child: ChildProcess, { signal }: Session): void {
  signal.addEventListener('abort', () => child.kill('SIGTERM'), { once: true });
  process.once('exit', () => child.kill('SIGKILL'));
}
