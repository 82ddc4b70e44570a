import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EMPTY_DISTRIBUTION, meanUpTo, observeAll, quantile, rounded, sampleCount } from './distribution.js';

const NOW = 1_000_000_000;
const HOUR_MS = 3_600_000;

/** Returns 1 if the values are equal to the width of a bucket. */
function inBuckets(actual: number | undefined, value: number): number {
  return Math.round(Math.log((actual ?? 0) / value) / Math.log(1.1)) + 1;
}

test('an empty distribution has no quantiles and no mean', () => {
  expect(quantile(EMPTY_DISTRIBUTION, 0.5)).toBeUndefined();
  expect(meanUpTo(EMPTY_DISTRIBUTION, Infinity)).toBeUndefined();
  expect(sampleCount(EMPTY_DISTRIBUTION)).toBe(0);
});

test('quantiles are those of the values, to the width of a bucket', () => {
  const values = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { minLength: 1, maxLength: 200 });
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (seen, q) => {
      const sorted = [...seen].sort((a, b) => a - b);
      const exact = sorted[Math.ceil(seen.length * q - 1e-9) - 1]!;
      expect(inBuckets(quantile(observeAll(EMPTY_DISTRIBUTION, seen, NOW), q), exact)).toBe(1);
    }),
  );
});

test('one outlier moves neither the median nor a mean that is bounded', () => {
  const seen = observeAll(EMPTY_DISTRIBUTION, [...Array.from({ length: 200 }, () => 1_000), 9_000_000], NOW);
  expect(inBuckets(quantile(seen, 0.5), 1_000)).toBe(1);
  expect(inBuckets(meanUpTo(seen, quantile(seen, 0.99)!), 1_000)).toBe(1);
});

describe('older values fade', () => {
  const old = observeAll(
    EMPTY_DISTRIBUTION,
    Array.from({ length: 100 }, () => 1_000),
    NOW,
  );

  test('with time, as new values come', () => {
    const later = observeAll(
      old,
      Array.from({ length: 100 }, () => 8_000),
      NOW + 2 * HOUR_MS,
    );
    expect(inBuckets(quantile(later, 0.5), 8_000)).toBe(1);
    expect(sampleCount(later)).toBeLessThan(120);
  });

  test('not for a single value, however late it comes', () => {
    const later = observeAll(old, [8_000], NOW + 1_000 * HOUR_MS);
    expect(inBuckets(quantile(later, 0.5), 1_000)).toBe(1);
    expect(sampleCount(later)).toBeGreaterThan(95);
  });

  test('until they are forgotten, so that a distribution stays small', () => {
    let seen = observeAll(EMPTY_DISTRIBUTION, [5], NOW);
    for (let hour = 1; hour <= 10; hour += 1) {
      seen = observeAll(
        seen,
        Array.from({ length: 100 }, () => 1_000),
        NOW + hour * HOUR_MS,
      );
    }
    expect(seen.weights).toHaveLength(1);
  });
});

test('values outside the buckets count in the nearest bucket', () => {
  const seen = observeAll(EMPTY_DISTRIBUTION, [0, -5, 1e15], NOW);
  expect(sampleCount(seen)).toBe(3);
  expect(quantile(seen, 0.1)).toBe(1);
});

test('a distribution that was stored without its total counts, and fades, as if it had one', () => {
  const values = fc.array(fc.integer({ min: 1, max: 10_000_000 }), { maxLength: 100 });
  fc.assert(
    fc.property(values, values, (before, after) => {
      const seen = observeAll(observeAll(EMPTY_DISTRIBUTION, before, NOW), after, NOW + HOUR_MS);
      const { at, first, weights } = seen;
      const stored = { at, first, weights };
      expect(sampleCount(stored)).toBe(sampleCount(seen));
      expect(quantile(stored, 0.9)).toBe(quantile(seen, 0.9));
      expect(meanUpTo(stored, 5_000)).toBe(meanUpTo(seen, 5_000));
      expect(observeAll(stored, [70], NOW + 2 * HOUR_MS)).toEqual(observeAll(seen, [70], NOW + 2 * HOUR_MS));
    }),
  );
  expect(rounded(observeAll(EMPTY_DISTRIBUTION, [1], NOW))).not.toHaveProperty('total');
});

test('a distribution goes through JSON, and loses only decimals when it is rounded', () => {
  const seen = observeAll(observeAll(EMPTY_DISTRIBUTION, [10, 20, 30], NOW), [40], NOW + HOUR_MS);
  expect(JSON.parse(JSON.stringify(seen))).toEqual(seen);
  expect(sampleCount(rounded(seen))).toBeCloseTo(sampleCount(seen), 2);
});
