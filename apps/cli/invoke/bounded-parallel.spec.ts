import { describe, expect, it } from 'vitest';
import { boundedParallel } from './bounded-parallel.js';

describe('bounded parallelism', () => {
  it('does everything, and never more at a time than it may', async () => {
    let running = 0;
    let most = 0;
    const done: number[] = [];
    await boundedParallel([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
      running += 1;
      most = Math.max(most, running);
      await Promise.resolve();
      running -= 1;
      done.push(item);
    });
    expect(done.toSorted()).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(most).toBe(3);
  });

  it('begins nothing after a failure, and raises it when what has begun has ended', async () => {
    const ended: number[] = [];
    const work = boundedParallel([1, 2, 3, 4], 2, async (item) => {
      if (item === 1) throw new Error('one');
      await Promise.resolve();
      ended.push(item);
    });
    await expect(work).rejects.toThrow('one');
    expect(ended).toEqual([2]);
  });
});
