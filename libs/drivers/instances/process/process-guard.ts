import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { TOKEN_VARIABLE } from './process-table.js';

/**
 * Reads `add <mark>` and `remove <mark>`; when its input ends, because Ebb has ended in whatever way, it kills what bears
 * the marks that are left. A number is that of a process group, anything else a token in processes' environments.
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

/** Where `grep` is. */
const ENVIRONMENT = { PATH: '/usr/bin:/bin' };

/**
 * A small shell process that outlives Ebb by an instant and takes the instances' processes with it: after `kill -9` of Ebb
 * nothing goes on computing for nobody. An instance's token can be added before there is a process that bears it: a process
 * that is being started holds the guard's input until it is executed, and then shows its token, so that there is no moment
 * in which it is missed; on Linux alone, where environments can be seen. Where the guard itself was killed, or there is no
 * shell, the next start of Ebb clears up.
 */
export class ProcessGuard {
  readonly #shell: ChildProcess;
  readonly #input: Writable;

  constructor() {
    // Detached: what a terminal sends to Ebb's own group (Ctrl-C) must not end the guard before Ebb.
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

  /** The number of a process group, or an instance's token. */
  add(mark: number | string): void {
    this.#input.write(`add ${mark}\n`);
  }

  remove(mark: number | string): void {
    this.#input.write(`remove ${mark}\n`);
  }

  /** Ends the guard, and with it everything whose mark was not removed. */
  close(): void {
    this.#input.end();
  }
}
