import type { ChildProcess } from 'node:child_process';

/** Kills a child when this process ends before it does, however that comes about. */
export function endWithThisProcess(child: ChildProcess): void {
  const kill = (): void => void child.kill('SIGKILL');
  // Before the handler that removes what the child writes.
  process.prependOnceListener('exit', kill);
  child.once('exit', () => process.off('exit', kill));
}
