import { describe, expect, it } from 'vitest';
import { type OutputLine, OutputPosition } from './output-position.js';

const out = (at: number): OutputLine => ({ stream: 'stdout', at });
const err = (at: number): OutputLine => ({ stream: 'stderr', at });

/** Returns the new lines of a repeated reading from the position's `since`, as an engine would give them. */
function newOf(position: OutputPosition, all: OutputLine[]): OutputLine[] {
  return all.filter(({ at }) => at >= position.since).filter(position.newOnes());
}

describe('a position in the output', () => {
  const all = [out(5_000), err(5_000), out(5_000), out(5_000), err(6_100), out(6_200), out(6_200)];

  it('passes each line once, wherever reading broke off', () => {
    for (let taken = 0; taken <= all.length; taken += 1) {
      const position = OutputPosition.after(all.slice(0, taken));
      expect(newOf(position, all)).toEqual(all.slice(taken));
      expect(newOf(position, all)).toEqual([]);
    }
  });

  it('starts at the beginning if no line was logged', () => {
    expect(new OutputPosition().since).toBe(0);
  });

  it('passes later lines of the same moment', () => {
    const position = OutputPosition.after([out(5_000)]);
    expect(newOf(position, [out(5_000)])).toEqual([]);
    expect(newOf(position, [out(5_000), out(5_000)])).toEqual([out(5_000)]);
  });
});
