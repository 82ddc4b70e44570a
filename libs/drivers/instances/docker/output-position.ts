/** A line of a container's output, timed by the engine. */
export interface OutputLine {
  readonly stream: 'stdout' | 'stderr';
  readonly at: number;
}

/**
 * How far a container's output has been taken over. Time alone does not tell, since lines of one moment (of one second, on
 * Podman) bear the same time: so those of the last moment are counted, for each stream.
 */
export class OutputPosition {
  readonly #last = new Map<OutputLine['stream'], { at: number; count: number }>();

  /** Where a log ends that holds these lines, oldest first. */
  static after(lines: Iterable<OutputLine>): OutputPosition {
    const position = new OutputPosition();
    for (const line of lines) position.advance(line);
    return position;
  }

  /** From when on to read again, in milliseconds since the epoch: all lines of the last moment are in it. */
  get since(): number {
    const times = [...this.#last.values()].map(({ at }) => at);
    // The engine's own order of the two streams is not that of their times, to the last millisecond.
    return times.length === 0 ? 0 : Math.floor(Math.max(...times) / 1000 - 1) * 1000;
  }

  /** One more line was taken over. */
  advance({ stream, at }: OutputLine): void {
    const last = this.#last.get(stream);
    this.#last.set(stream, { at, count: last?.at === at ? last.count + 1 : 1 });
  }

  /** Tells, line by line of output that is read again from `since` on, which of them are new; those are advanced over. */
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
