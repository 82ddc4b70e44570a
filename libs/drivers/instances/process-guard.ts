import { type ChildProcess, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Reads `add <group>` and `remove <group>`; when its input ends, because Ebb has ended in whatever way, it kills the
 * groups that are left.
 */
const SCRIPT = `
groups=' '
while read -r verb group; do
  case $verb in
    add) groups="$groups$group " ;;
    remove) case $groups in *" $group "*) groups="\${groups%% $group *} \${groups#* $group }" ;; esac ;;
  esac
done
for group in $groups; do kill -s KILL -- "-$group"; done
`;

/**
 * A small shell process that outlives Ebb by an instant and takes the instances' process groups with it: after
 * `kill -9` of Ebb nothing goes on computing for nobody. Where the guard itself was killed, or there is no shell, the
 * next start of Ebb clears up.
 */
export class ProcessGuard {
  readonly #shell: ChildProcess;
  readonly #input: Writable;

  constructor() {
    // Detached: what a terminal sends to Ebb's own group (Ctrl-C) must not end the guard before Ebb.
    this.#shell = spawn('/bin/sh', ['-c', SCRIPT], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], env: {} });
    this.#input = this.#shell.stdin!;
    this.#shell.on('error', () => {});
    this.#input.on('error', () => {});
    this.#shell.unref();
    (this.#input as Writable & { unref(): void }).unref();
  }

  add(group: number): void {
    this.#input.write(`add ${group}\n`);
  }

  remove(group: number): void {
    this.#input.write(`remove ${group}\n`);
  }

  /** Ends the guard, and with it every group that was not removed. */
  close(): void {
    this.#input.end();
  }
}
