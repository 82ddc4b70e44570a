import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { TOKEN_VARIABLE } from './process-table.js';

/**
 * Reads `add <mark>` and `remove <mark>`. When its input ends, because Ebb has ended in any way, it kills the processes
 * with the remaining marks. A number marks a process group; any other mark is a token in the environment of processes.
 */
const SCRIPT = `
marks=' '
while read -r verb mark; do
  case $verb in
    add) marks="$marks$mark " ;;
    remove) case $marks in *" $mark "*) marks="\${marks%% $mark *} \${marks#* $mark }" ;; esac ;;
  esac
done
for mark in $marks; do
  case $mark in *[!0-9]*) continue ;; esac
  kill -s KILL -- "-$mark"
done
for mark in $marks; do
  case $mark in *[!0-9]*) ;; *) continue ;; esac
  for file in $(grep -lsF "${TOKEN_VARIABLE}=$mark" /proc/[0-9]*/environ); do
    pid=\${file#/proc/}
    kill -s KILL "\${pid%/environ}"
  done
done
`;

/** Finds `grep`. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin' };

/**
 * A small shell process that outlives Ebb by an instant and kills the instances' processes, so that none continues
 * after `kill -9` of Ebb. An instance's token can be added before its process exists. A starting process holds the
 * guard's input until it is executed, and after that shows its token, so the guard never misses it. Tokens work on
 * Linux only, where environments can be read. If the guard itself was killed, or there is no shell, the next start of
 * Ebb removes the leftovers.
 */
export class ProcessGuard {
  readonly #shell: ChildProcess;
  readonly #input: Writable;

  constructor() {
    // Detached, because a signal of the terminal to Ebb's own group (Ctrl-C) must not end the guard before Ebb.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], {
      detached: true,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: ENVIRONMENT,
    });
    this.#input = this.#shell.stdin!;
    this.#shell.on('error', () => {});
    this.#input.on('error', () => {});
    this.#shell.unref();
    (this.#input as Writable & { unref(): void }).unref();
  }

  /** Adds the number of a process group, or an instance's token. */
  add(mark: number | string): void {
    this.#input.write(`add ${mark}\n`);
  }

  remove(mark: number | string): void {
    this.#input.write(`remove ${mark}\n`);
  }

  /** Ends the guard and every process whose mark was not removed. */
  close(): void {
    this.#input.end();
  }
}
