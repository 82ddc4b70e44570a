import { describe, expect, it } from 'vitest';
import { MetricPeriods } from './metric-periods.js';

describe('the periods of a metric', () => {
  it('fold the values of each period, and are read up to an end', () => {
    const periods = new MetricPeriods(1_000, 4);
    for (const [at, value] of [
      [0, 3],
      [999, 5],
      [1_000, 7],
      [3_000, 9],
    ] as const) {
      periods.record(value, at);
    }
    expect(periods.read(4, 4_000)).toEqual([
      { count: 2, sum: 8, minimum: 3, maximum: 5 },
      { count: 1, sum: 7, minimum: 7, maximum: 7 },
      undefined,
      { count: 1, sum: 9, minimum: 9, maximum: 9 },
    ]);
    expect(periods.read(3, 2_000).map((set) => set?.sum)).toEqual([undefined, 8, 7]);
  });

  it('of long ago make room for new ones, and are not mistaken for them', () => {
    const periods = new MetricPeriods(1_000, 2);
    periods.record(1, 0);
    periods.record(2, 4_000);
    expect(periods.read(2, 5_000).map((set) => set?.sum)).toEqual([undefined, 2]);
    expect(periods.read(1, 1_000)).toEqual([undefined]);
  });
});
