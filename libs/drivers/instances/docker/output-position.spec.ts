import { describe, expect, it } from 'vitest';
import { type OutputLine, OutputPosition } from './output-position.js';

const out = (at: number): OutputLine => ({ stream: 'stdout', at });
const err = (at: number): OutputLine => ({ stream: 'stderr', at });

/** Of lines that are read again, those from where the position says, as an engine would give them. */
function newOf(position: OutputPosition, all: OutputLine[]): OutputLine[] {
  return all.filter(({ at }) => at >= position.since).filter(position.newOnes());
}

describe('a position in the output', () => {
  const all = [out(5_000), err(5_000), out(5_000), out(5_000), err(6_100), out(6_200), out(6_200)];

  it('lets each line through once, wherever reading was broken off', () => {
    for (let taken = 0; taken <= all.length; taken += 1) {
      const position = OutputPosition.after(all.slice(0, taken));
      expect(newOf(position, all)).toEqual(all.slice(taken));
      expect(newOf(position, all)).toEqual([]);
    }
  });

  it('starts where nothing was taken over from the beginning', () => {
    expect(new OutputPosition().since).toBe(0);
  });

  it('goes on over lines of the same moment that come later', () => {
    const position = OutputPosition.after([out(5_000)]);
    expect(newOf(position, [out(5_000)])).toEqual([]);
    expect(newOf(position, [out(5_000), out(5_000)])).toEqual([out(5_000)]);
  });
});
