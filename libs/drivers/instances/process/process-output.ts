import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_LOG_LINE_CHARACTERS } from '../../../core/ports/log-line.js';
import type { LogStream, LogWriter } from '../../../core/ports/logs.js';

/** Of one process, so much is taken in each such time. One that prints more waits for a moment in its writing. */
const WINDOW_MS = 100;
const MAX_LINES_A_WINDOW = 10_000;
const MAX_BYTES_A_WINDOW = 2 * 1024 * 1024;
/** What has left the process's group may hold its output open after its end. */
const LAST_OUTPUT_MS = 200;

/** Takes what a process prints over into its log, with the time at which each line came. */
export class ProcessOutput {
  readonly #streams: readonly Readable[];
  readonly #writer: LogWriter;
  readonly #closed: Promise<unknown>;
  #hasEnded = false;
  #lines = 0;
  #bytes = 0;
  #window: NodeJS.Timeout | undefined;

  constructor(streams: { readonly stdout: Readable; readonly stderr: Readable }, writer: LogWriter) {
    this.#streams = [streams.stdout, streams.stderr];
    this.#writer = writer;
    this.#closed = Promise.all([this.#take('stdout', streams.stdout), this.#take('stderr', streams.stderr)]);
  }

  /** To be called when the process has ended: resolves when all that it has printed has been written to the log. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    this.#openWindow();
    const closed = new AbortController();
    const limit = sleep(LAST_OUTPUT_MS, undefined, { signal: closed.signal }).catch(() => {});
    await Promise.race([this.#closed, limit]);
    closed.abort();
    for (const stream of this.#streams) stream.destroy();
    await this.#closed;
  }

  #take(name: LogStream, stream: Readable): Promise<void> {
    const decoder = new StringDecoder('utf8');
    let rest = '';
    stream.on('data', (chunk: Buffer) => {
      const at = Date.now();
      const lines = (rest + decoder.write(chunk)).split('\n');
      // Of a line without an end no more is held than what will be kept of it, and that it was too long.
      rest = lines.pop()!.slice(0, MAX_LOG_LINE_CHARACTERS + 1);
      for (const line of lines) this.#writer.write(name, line, at);
      this.#count(lines.length, chunk.length);
    });
    return new Promise((resolve) => {
      // A connection that breaks is the end of it, like any other.
      stream.on('error', () => {});
      stream.on('close', () => {
        rest += decoder.end();
        if (rest !== '') this.#writer.write(name, rest, Date.now());
        resolve();
      });
    });
  }

  /** Reading would otherwise take as much of Ebb's time as a process cares to print. */
  #count(lines: number, bytes: number): void {
    if (this.#hasEnded) return;
    this.#lines += lines;
    this.#bytes += bytes;
    this.#window ??= setTimeout(() => this.#openWindow(), WINDOW_MS);
    if (this.#lines < MAX_LINES_A_WINDOW && this.#bytes < MAX_BYTES_A_WINDOW) return;
    for (const stream of this.#streams) stream.pause();
  }

  #openWindow(): void {
    clearTimeout(this.#window);
    this.#window = undefined;
    this.#lines = 0;
    this.#bytes = 0;
    for (const stream of this.#streams) stream.resume();
  }
}
