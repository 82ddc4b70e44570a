import { expect, it } from 'vitest';
import { WindowAverage } from './window-average.js';

/** The integral of a value of ten until the 60th second, and of four from then on. */
const sumAt = (at: number): number => 10 * Math.min(at, 60_000) + 4 * Math.max(0, at - 60_000);

it('averages over its window, or over a shorter time until the window is full', () => {
  const average = new WindowAverage(60_000);
  const seen = [0, 20, 40, 60, 80, 100, 120].map((at) => average.at(at * 1000, sumAt(at * 1000)));
  expect(seen).toEqual([undefined, 10, 10, 10, 8, 6, 4]);
});
