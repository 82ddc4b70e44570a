import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { isEbbError } from '../../../core/errors.js';
import type { LogWriter } from '../../../core/ports/logs.js';
import type { ContainerWatch } from './container-watch.js';
import type { EngineClient } from './engine-api/engine-client.js';
import { isMissing } from './engine-api/engine-errors.js';
import { type LogFrame, readLogFrames } from './log-frames.js';
import type { OutputLine, OutputPosition } from './output-position.js';

const RETRY_MS = 250;
/** The longest silence in an answer after the container's end; then Ebb assumes that no more output is there. */
const LAST_SILENCE_MS = 1_000;
/** The most incomplete answers in a row without new lines; then Ebb assumes that no more output is available. */
const MAX_VAIN_READS = 2;
/** `Logs` cuts a longer line anyway. */
const MAX_LINE_CHARACTERS = 262_144;

/** Copies a container's output into Ebb's log, line by line until its end, even if the engine goes away meanwhile. */
export class ContainerOutput {
  /** Resolves when all output has been written. It never rejects, and never resolves if it was stopped. */
  readonly taken: Promise<void>;
  readonly #engine: EngineClient;
  readonly #id: string;
  readonly #writer: LogWriter;
  readonly #position: OutputPosition;
  readonly #stop: AbortSignal;
  readonly #ended: Promise<void>;
  #hasEnded = false;
  /** The number of lines that have been written. */
  #lines = 0;

  constructor(
    engine: EngineClient,
    { id, watch, stop }: { readonly id: string; readonly watch: ContainerWatch; readonly stop: AbortSignal },
    writer: LogWriter,
    position: OutputPosition,
  ) {
    this.#engine = engine;
    this.#id = id;
    this.#writer = writer;
    this.#position = position;
    this.#stop = stop;
    this.#ended = this.#noteEnd(watch);
    this.taken = this.#follow();
  }

  async #noteEnd(watch: ContainerWatch): Promise<void> {
    await watch.ended;
    this.#hasEnded = true;
  }

  async #follow(): Promise<void> {
    let vainReads = 0;
    for (;;) {
      // A read that begins after the end gets all output.
      const isLast = this.#hasEnded;
      const linesBefore = this.#lines;
      try {
        await this.#read(isLast);
        if (isLast) return;
      } catch (error) {
        if (isMissing(error)) return;
        // Ebb waits for an absent engine without a limit, because the output is there when the engine is back.
        const hasFailed = isLast && !isEbbError(error, 'Unavailable');
        if (hasFailed) vainReads = this.#lines > linesBefore ? 0 : vainReads + 1;
        if (vainReads === MAX_VAIN_READS) return;
      }
      if (this.#stop.aborted) return new Promise(() => {});
      await Promise.race(isLast ? [sleep(RETRY_MS)] : [this.#ended, sleep(RETRY_MS)]);
    }
  }

  async #read(isLast: boolean): Promise<void> {
    const isNew = this.#position.newOnes();
    const unfinished = new Map<LogFrame['stream'], Line>();
    for await (const { stream, at, text } of readLogFrames(this.#untilSilent(await this.#open()))) {
      const begun = unfinished.get(stream);
      const line = {
        stream,
        at: begun?.at ?? at ?? Date.now(),
        text: `${begun?.text ?? ''}${text}`.slice(0, MAX_LINE_CHARACTERS),
      };
      unfinished.delete(stream);
      if (!text.endsWith('\n')) unfinished.set(stream, line);
      else if (isNew(line)) this.#write(line);
    }
    // Otherwise the rest of the line is still to come, and the line is read again.
    if (isLast) for (const line of unfinished.values()) if (isNew(line)) this.#write(line);
  }

  /**
   * Opens the output as a stream, even if the container has ended, because only a stream shows whether an answer broke
   * off.
   */
  async #open(): Promise<Readable> {
    const options = {
      follow: true,
      stdout: true,
      stderr: true,
      timestamps: true,
      since: this.#position.since / 1000,
      abortSignal: this.#stop,
    } as const;
    return (await this.#engine.ask((client) => client.getContainer(this.#id).logs(options))) as Readable;
  }

  /**
   * Reads a stream until it ends or stays silent for too long after the container's end. Podman continues to follow a
   * container that has been removed. Raises `GivenUp`.
   */
  async *#untilSilent(stream: Readable): AsyncGenerator<Uint8Array, void, void> {
    const silence = new AfterTheEnd(() => stream.destroy(new GivenUp()));
    void this.#ended.finally(() => silence.begin());
    try {
      for await (const chunk of stream) {
        silence.isBroken();
        yield chunk as Uint8Array;
      }
    } finally {
      silence.stop();
    }
  }

  #write({ stream, at, text }: Line): void {
    this.#lines += 1;
    this.#writer.write(stream, text.replace(/\r?\n$/, ''), at);
  }
}

/** An answer that went silent before it was complete. */
class GivenUp extends Error {}

/** A timer for silence that counts only after the container's end. */
class AfterTheEnd {
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(private readonly onTooLong: () => void) {}

  begin(): void {
    if (!this.#isOver) this.#timer = setTimeout(this.onTooLong, LAST_SILENCE_MS).unref();
  }

  isBroken(): void {
    this.#timer?.refresh();
  }

  stop(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }
}

interface Line extends OutputLine {
  readonly text: string;
}
