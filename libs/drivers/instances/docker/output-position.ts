/** A line of a container's output, with the engine's time. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly at: number;
}

/**
 * The position up to which a container's output is logged. A time alone is not enough, because lines of one moment (one
 * second on Podman) have the same time. So the lines of the last moment are counted for each stream.
 */
export class OutputPosition {
  readonly #last = new Map<OutputLine['stream'], { at: number; count: number }>();

  /** Returns the position at the end of a log with these lines, oldest first. */
  static after(lines: Iterable<OutputLine>): OutputPosition {
    const position = new OutputPosition();
    for (const line of lines) position.advance(line);
    return position;
  }

  /** The time from which to read again, in milliseconds since the epoch. It includes all lines of the last moment. */
  get since(): number {
    const times = [...this.#last.values()].map(({ at }) => at);
    // The engine does not order the two streams by their times to the last millisecond.
    return times.length === 0 ? 0 : Math.floor(Math.max(...times) / 1000 - 1) * 1000;
  }

  /** Moves past one more logged line. */
  advance({ stream, at }: OutputLine): void {
    const last = this.#last.get(stream);
    this.#last.set(stream, { at, count: last?.at === at ? last.count + 1 : 1 });
  }

  /**
   * Returns a function that tells of each line, read again from `since` on, whether it is new. It moves the position
   * past new lines.
   */
  newOnes(): (line: OutputLine) => boolean {
    const known = new Map([...this.#last].map(([stream, last]) => [stream, { ...last }]));
    return (line) => {
      const last = known.get(line.stream);
      if (last) {
        if (line.at < last.at) return false;
        if (line.at === last.at && last.count > 0) {
          last.count -= 1;
          return false;
        }
      }
      this.advance(line);
      return true;
    };
  }
}
