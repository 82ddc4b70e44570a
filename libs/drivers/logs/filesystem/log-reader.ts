import { readLines, seek, type Segment } from './segment.js';
import type { StampedLine } from './stamped-line.js';

/** Which lines of a log are wanted. */
export interface Wanted {
  /** Stamps above `after`, up to and including `until`. */
  readonly after: number;
  readonly until: number;
  accepts(line: StampedLine): boolean;
}

/** Goes through one log, as it was when the reader was made, from line to line that is wanted. */
export class LogReader {
  /** Undefined before the first `advance`, at the end, and when it is tired. */
  current: StampedLine | undefined;
  /** A segment that was to be read has been discarded meanwhile. */
  hasGap = false;
  readonly #wanted: Wanted;
  readonly #segments: Segment[];
  #position: number | undefined;
  #lines: StampedLine[] = [];
  #index = 0;
  /** The stamp of the last line that was looked at. */
  #seen: number;
  #piecesLeft: number;

  /** It is tired when it has read so many pieces of the log. */
  constructor(segments: readonly Segment[], wanted: Wanted, maxPieces: number) {
    this.#wanted = wanted;
    this.#segments = segments.filter((_segment, index) => (segments[index + 1]?.after ?? Infinity) > wanted.after);
    this.#seen = wanted.after;
    this.#piecesLeft = maxPieces;
  }

  /** There is more to look at, and it has looked at enough. */
  get isTired(): boolean {
    return this.current === undefined && this.#segments.length > 0;
  }

  /** Of the lines up to this stamp, all that are wanted have been `current`, and none but those. */
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
        // Those that are read on the way to the first line do not count: a page that ended there would go nowhere.
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
