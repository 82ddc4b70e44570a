import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { COMPILE_CACHE } from './standalone.js';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/apps/cli/main.js');
/** No command of a test takes longer. */
const LIMIT_MS = 110_000;

/** What a command came to. */
export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Beside what finds programs; nothing else is handed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** All of standard input; on a terminal keys are pressed later. */
  readonly input?: string;
}

/** The built `ebb` in a process of its own, while it runs and when it has ended. */
export class RunningCommand {
  out = '';
  err = '';
  readonly ended: Promise<Ran>;
  readonly child: ChildProcess;

  constructor(program: string, parameters: readonly string[], { cwd, env, input }: RunOptions, isInteractive = false) {
    const { HOME = '', PATH = '' } = process.env;
    this.child = spawn(program, parameters, {
      cwd,
      env: { HOME, PATH, ...COMPILE_CACHE, ...env },
      timeout: LIMIT_MS,
      killSignal: 'SIGKILL',
    });
    this.child.stdout!.setEncoding('utf8').on('data', (part: string) => (this.out += part));
    this.child.stderr!.setEncoding('utf8').on('data', (part: string) => (this.err += part));
    this.child.stdin!.on('error', () => undefined);
    if (!isInteractive) this.child.stdin!.end(input);
    this.ended = once(this.child, 'close').then(([code]) => ({
      code: code as number | null,
      out: this.out,
      err: this.err,
    }));
  }

  /** Resolves when what was printed so far, on either stream, matches. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.out + this.err)) {
      const next = [once(this.child.stdout!, 'data'), once(this.child.stderr!, 'data')];
      const first = await Promise.race([...next, this.ended.then(() => 'ended')]);
      if (first === 'ended' && !pattern.test(this.out + this.err)) {
        throw new Error(`It ended without saying ${pattern}:\n${this.out}${this.err}`);
      }
    }
  }
}

/** Starts `ebb` without a terminal. */
export function startEbb(parameters: readonly string[], options: RunOptions = {}): RunningCommand {
  return new RunningCommand(process.execPath, [MAIN, ...parameters], options);
}

/** Runs `ebb` without a terminal. */
export function ebb(parameters: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return startEbb(parameters, options).ended;
}

/** Starts `ebb` on a terminal of 80 columns and 24 lines, both its streams and its keyboard: what is shown comes as `out`. */
export function startEbbOnTerminal(parameters: readonly string[], options: RunOptions = {}): RunningCommand {
  const quoted = [process.execPath, MAIN, ...parameters].map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  const line = `stty cols 80 rows 24; exec ${quoted.join(' ')}`;
  return new RunningCommand('script', ['--quiet', '--return', '--command', line, '/dev/null'], options, true);
}
