import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { type Interface, createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';

const ROOT = resolve(import.meta.dirname, '../..');
const MAIN = join(ROOT, 'dist/apps/standalone/main.js');
/** Where Node keeps what it has compiled of `dist`, so that each of many starts costs two thirds. A build removes it. */
export const COMPILE_CACHE = { NODE_COMPILE_CACHE: join(ROOT, 'dist/compile-cache') } as const;
const IMAGES = ['infra/images', 'test/support/images'].map((folder) => join(ROOT, folder)).join(delimiter);
const READY = /^Ebb is ready at (https?:\S+)/;
/**
 * How long a start may take, and an end after SIGTERM: longer than the service's own graces together, many times as long
 * as on an idle machine.
 */
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 90_000;
/** Of what it logs, so many of the last lines are kept. */
const MAX_LOG_LINES = 10_000;

/** Settings as environment variables; those that are absent have the service's own defaults. */
export type Settings = Readonly<Record<string, string>>;

/** How a process ended: one of the two. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The built service in a process of its own, as `npm start` runs it. It does not outlive the tests. */
export class StandaloneProcess implements AsyncDisposable {
  readonly dataDirectory: string;
  /** The lines on standard output. */
  readonly output: string[] = [];
  /** The last lines on standard error, where the log is. */
  readonly log: string[] = [];
  readonly exited: Promise<Exit>;
  /** Resolves with the URL; rejects when the process ends before it is ready, or takes too long. */
  readonly ready: Promise<string>;
  #url: string | undefined;
  readonly #child: ChildProcess;
  readonly #ownsData: boolean;

  /** Without `EBB_DATA_DIR` among the settings it gets a new directory, which goes with it. */
  constructor(settings: Settings = {}) {
    this.#ownsData = settings['EBB_DATA_DIR'] === undefined;
    this.dataDirectory = settings['EBB_DATA_DIR'] ?? newDataDirectory();
    const { PATH = '', HOME = '' } = process.env;
    const own = { PATH, HOME, ...COMPILE_CACHE, EBB_DATA_DIR: this.dataDirectory, EBB_PORT: '0', EBB_IMAGES: IMAGES };
    this.#child = spawn(process.execPath, [MAIN], { env: { ...own, ...settings }, stdio: ['ignore', 'pipe', 'pipe'] });
    const onTestsEnd = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', onTestsEnd);
    const printed = keepLines(this.#child.stdout!, this.output);
    const logged = keepLines(this.#child.stderr!, this.log);
    this.exited = Promise.all([once(this.#child, 'exit'), once(printed, 'close'), once(logged, 'close')]).then(
      ([[code, signal]]) => {
        process.off('exit', onTestsEnd);
        return { code, signal } as Exit;
      },
    );
    this.ready = this.#becomeReady(printed);
    // Whoever only waits for the end must not be told twice.
    this.ready.catch(() => undefined);
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get url(): string {
    if (this.#url === undefined) throw new Error('The service is not ready.');
    return this.#url;
  }

  /** SIGTERM, as from a service manager. */
  async stop(): Promise<Exit> {
    this.#child.kill('SIGTERM');
    const limit = setTimeout(() => this.#child.kill('SIGKILL'), STOP_LIMIT_MS);
    const exit = await this.exited;
    clearTimeout(limit);
    // Models in it may not be written to, by which they could not be removed either.
    if (this.#ownsData) await removeTree(this.dataDirectory);
    return exit;
  }

  /** `kill -9`: whatever it was doing, it does no more. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #becomeReady(printed: Interface): Promise<string> {
    const limit = AbortSignal.timeout(START_LIMIT_MS);
    const [end, gaveUp] = [this.exited.then(() => 'ended'), once(limit, 'abort').then(() => 'took too long')];
    const url = new Promise<URL>((found) => {
      printed.on('line', (line) => {
        const text = READY.exec(line)?.[1];
        if (text) found(new URL(text));
      });
    });
    const first = await Promise.race([url, end, gaveUp]);
    if (first instanceof URL) return (this.#url = first.origin);
    throw new Error(`Ebb ${first} before it was ready:\n${this.log.slice(-20).join('\n')}`);
  }
}

/** A service that answers requests. */
export async function startStandalone(settings: Settings = {}): Promise<StandaloneProcess> {
  const ebb = new StandaloneProcess(settings);
  try {
    await ebb.ready;
    return ebb;
  } catch (error) {
    await ebb.stop();
    throw error;
  }
}

/** For a service that is to be started several times on the same data. */
export function newDataDirectory(): string {
  return mkdtempSync(join(tmpdir(), 'ebb-standalone-'));
}

function keepLines(stream: Readable, lines: string[]): Interface {
  return createInterface({ input: stream }).on('line', (line) => {
    lines.push(line);
    if (lines.length > MAX_LOG_LINES) lines.shift();
  });
}
