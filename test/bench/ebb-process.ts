import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { endWithThisProcess } from './end-with-this-process.js';
import { type ProcessFigures, readProcessFigures } from './process-figures.js';

const MAIN = join(import.meta.dirname, '../../apps/standalone/main.js');
const READY = /^Ebb is ready at (http:\S+)/;
const WARNING_LEVEL = 40;

interface PrintedLine extends Readonly<Record<string, unknown>> {
  readonly level: number;
  readonly time: string;
  readonly msg: string;
}

/** A line of the service's log. `at` is in milliseconds since the epoch. */
export interface LogLine extends PrintedLine {
  readonly at: number;
}

/** The built service in a process of its own, as `npm start` runs it. */
export class EbbProcess implements AsyncDisposable {
  private constructor(
    private readonly child: ChildProcess,
    readonly url: string,
    /** From spawning to the ready line. */
    readonly startMs: number,
    /** All that it has logged so far. */
    readonly log: readonly LogLine[],
  ) {}

  static async start(dataDirectory: string, settings: Readonly<Record<string, string>> = {}): Promise<EbbProcess> {
    const { PATH = '' } = process.env;
    const images = join(process.cwd(), 'test/bench/images');
    const env = { PATH, EBB_DATA_DIR: dataDirectory, EBB_PORT: '0', EBB_IMAGES: images, ...settings };
    const startedAt = performance.now();
    const child = spawn(process.execPath, [...profiling(), MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    endWithThisProcess(child);
    const log = keepLog(child.stderr);
    for await (const line of createInterface({ input: child.stdout })) {
      const url = READY.exec(line)?.[1];
      if (url) return new EbbProcess(child, url, performance.now() - startedAt, log);
    }
    throw new Error('Ebb did not start.');
  }

  get port(): number {
    return Number(new URL(this.url).port);
  }

  figures(): ProcessFigures {
    return readProcessFigures(this.child.pid!);
  }

  /** Ends it as a service manager would; resolves when it has handed back or finished everything. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await exit;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Warnings mean that something else was measured than was meant: they are shown. */
function keepLog(stderr: Readable): LogLine[] {
  const log: LogLine[] = [];
  createInterface({ input: stderr }).on('line', (text) => {
    const line = text.startsWith('{') ? (JSON.parse(text) as PrintedLine) : undefined;
    if (line) log.push({ ...line, at: Date.parse(line.time) });
    if (!line || line.level >= WARNING_LEVEL) console.error(`  Ebb: ${text}`);
  });
  return log;
}

/** `BENCH_PROFILE=<folder>` leaves a CPU profile of every service process there. */
function profiling(): string[] {
  const folder = process.env.BENCH_PROFILE;
  return folder ? ['--cpu-prof', `--cpu-prof-dir=${folder}`] : [];
}
