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
  /** Undefined before the first `advance`, and at the end. */
  current: StampedLine | undefined;
  /** A segment that was to be read has been discarded meanwhile. */
  hasGap = false;
  readonly #wanted: Wanted;
  readonly #segments: Segment[];
  #position: number | undefined;
  #lines: StampedLine[] = [];
  #index = 0;

  constructor(segments: readonly Segment[], wanted: Wanted) {
    this.#wanted = wanted;
    this.#segments = segments.filter((_segment, index) => (segments[index + 1]?.after ?? Infinity) > wanted.after);
  }

  async advance(): Promise<void> {
    while (this.#index >= this.#lines.length && this.#segments.length > 0) await this.#readSome(this.#segments[0]!);
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
