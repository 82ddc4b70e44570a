import { readLines, seek, type Segment } from './segment.js';
import type { StampedLine } from './stamped-line.js';

/** The lines of a log that a query matches. */
export interface Wanted {
  /** Lines match with stamps above `after`, up to and including `until`. */
  readonly after: number;
  readonly until: number;
  accepts(line: StampedLine): boolean;
}

/** Reads the wanted lines of one log one by one, from its segments at the time when the reader was made. */
export class LogReader {
  /** The line it stands at; undefined before the first `advance`, at the end, and when the reader is tired. */
  current: StampedLine | undefined;
  /** A segment was discarded before it was read. */
  hasGap = false;
  readonly #wanted: Wanted;
  readonly #segments: Segment[];
  #position: number | undefined;
  #lines: StampedLine[] = [];
  #index = 0;
  /** The stamp of the last line that was read, wanted or not. */
  #seen: number;
  #piecesLeft: number;

  /** The reader is tired when it has read `maxPieces` pieces of the log. */
  constructor(segments: readonly Segment[], wanted: Wanted, maxPieces: number) {
    this.#wanted = wanted;
    this.#segments = segments.filter((_segment, index) => (segments[index + 1]?.after ?? Infinity) > wanted.after);
    this.#seen = wanted.after;
    this.#piecesLeft = maxPieces;
  }

  /** Tells whether the reader has spent its pieces although the log holds more. */
  get isTired(): boolean {
    return this.current === undefined && this.#segments.length > 0;
  }

  /** The stamp up to which every wanted line has been `current`, and no line beyond. */
  get readUntil(): number {
    if (this.current) return this.current.stamp - 1;
    return this.#segments.length > 0 ? this.#seen : Infinity;
  }

  async advance(signal?: AbortSignal): Promise<void> {
    while (this.#index >= this.#lines.length && this.#segments.length > 0 && this.#piecesLeft > 0) {
      signal?.throwIfAborted();
      await this.#readSome(this.#segments[0]!);
    }
    this.current = this.#lines[this.#index++];
  }

  async #readSome(segment: Segment): Promise<void> {
    const { after, until } = this.#wanted;
    try {
      this.#position ??= await seek(segment, after);
      if (this.#position < segment.sizeBytes && segment.after < until) {
        const { lines, next } = await readLines(segment, this.#position);
        this.#position = next;
        this.#index = 0;
        this.#lines = lines.filter((line) => line.stamp > after && line.stamp <= until && this.#wanted.accepts(line));
        this.#seen = Math.max(this.#seen, lines.at(-1)?.stamp ?? 0);
        // Pieces on the way to the first line do not count, because a page that ended there would make no progress.
        if (this.#seen > after) this.#piecesLeft -= 1;
        return;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      this.hasGap = true;
    }
    this.#segments.shift();
    this.#position = undefined;
  }
}
