import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { SecondSeries } from './meter-series.js';

it('folds the values of one second, and sorts seconds that come out of order', () => {
  const series = new SecondSeries();
  for (const [at, value] of [
    [3000, 5],
    [1000, 1],
    [3000, 1],
    [2000, 7],
    [3000, 9],
  ] as const)
    series.add(at, value);
  expect(series.read(0, 4000)).toEqual([
    { at: 1000, count: 1, sum: 1, minimum: 1, maximum: 1 },
    { at: 2000, count: 1, sum: 7, minimum: 7, maximum: 7 },
    { at: 3000, count: 3, sum: 15, minimum: 1, maximum: 9 },
  ]);
  expect(series.read(2000, 3000).map(({ at }) => at)).toEqual([2000]);
  expect(series.fold(1000, 3000)).toEqual({ count: 2, sum: 8, minimum: 1, maximum: 7 });
  expect(series.fold(4000, 5000)).toBeUndefined();
});

it('holds the same values as a map under random writes and drops', () => {
  const step = fc.oneof(
    fc.record({ at: fc.integer({ min: 0, max: 60 }), value: fc.integer({ min: -5, max: 5 }) }),
    fc.record({ forgetBefore: fc.integer({ min: 0, max: 60 }) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
      const series = new SecondSeries();
      const expected = new Map<number, number[]>();
      for (const taken of steps) {
        if ('forgetBefore' in taken) {
          series.dropBefore(taken.forgetBefore);
          for (const at of expected.keys()) if (at < taken.forgetBefore) expected.delete(at);
        } else {
          series.add(taken.at, taken.value);
          expected.set(taken.at, [...(expected.get(taken.at) ?? []), taken.value]);
        }
      }
      expect(series.isEmpty).toBe(expected.size === 0);
      expect(series.read(0, 100)).toEqual(
        [...expected]
          .sort(([a], [b]) => a - b)
          .map(([at, values]) => ({
            at,
            count: values.length,
            sum: values.reduce((sum, value) => sum + value, 0),
            minimum: Math.min(...values),
            maximum: Math.max(...values),
          })),
      );
    }),
  );
});
