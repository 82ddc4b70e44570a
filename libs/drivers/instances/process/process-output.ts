import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_LOG_LINE_CHARACTERS } from '../../../core/ports/log-line.js';
import type { LogStream, LogWriter } from '../../../core/ports/logs.js';

/** The window for the limits below. A process that prints more within one window has to wait with its writing. */
const WINDOW_MS = 100;
const MAX_LINES_A_WINDOW = 10_000;
const MAX_BYTES_A_WINDOW = 2 * 1024 * 1024;
/** How long output is awaited after the process's end. A process that left the group may hold the output open. */
const LAST_OUTPUT_MS = 200;

/** Copies a process's output into its log, with the time at which each line arrived. */
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

  /** Must be called when the process has ended. Resolves when all its output has been written to the log. */
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
      // A line without an end is held only up to the length that is kept, and one more character that shows that it was
      // longer.
      rest = lines.pop()!.slice(0, MAX_LOG_LINE_CHARACTERS + 1);
      for (const line of lines) this.#writer.write(name, line, at);
      this.#count(lines.length, chunk.length);
    });
    return new Promise((resolve) => {
      // A broken stream ends the output like any other end.
      stream.on('error', () => {});
      stream.on('close', () => {
        rest += decoder.end();
        if (rest !== '') this.#writer.write(name, rest, Date.now());
        resolve();
      });
    });
  }

  /**
   * Counts the output of a window and pauses reading at its limits. Without them, a process could use any amount of
   * Ebb's time.
   */
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
