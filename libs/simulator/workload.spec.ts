import { describe, expect, it } from 'vitest';
import { burstOf, traceOf } from '../../test/support/simulator-samples.js';
import type { Duration } from './duration.js';
import { type Workload, startTimes, workloadOf } from './workload.js';

const HOUR_MS = 3_600_000;

function share(values: Float64Array, q: number): number {
  return Float64Array.from(values).sort()[Math.ceil(q * values.length) - 1]!;
}

function drawn(service: Duration): Workload {
  return workloadOf(burstOf(40_000, 0, { seed: 3, service }));
}

describe('arrivals', () => {
  it('come at a rate that changes linearly from point to point', () => {
    const rates = [
      { atMs: HOUR_MS, perSecond: 0 },
      { atMs: 2 * HOUR_MS, perSecond: 10 },
      { atMs: 3 * HOUR_MS, perSecond: 10 },
    ];
    const { acceptedAt } = workloadOf(traceOf([], { seed: 5, arrivals: [{ kind: 'poisson', rates }] }));
    const between = (from: number, to: number): number =>
      acceptedAt.filter((at) => at >= from * HOUR_MS && at < to * HOUR_MS).length;
    expect(between(0, 1)).toBe(0);
    // A quarter of the first hour's work arrives in its first half. The tolerance is four standard deviations.
    expect(Math.abs(between(1, 1.5) - 4_500)).toBeLessThan(4 * Math.sqrt(4_500));
    expect(Math.abs(between(1.5, 2) - 13_500)).toBeLessThan(4 * Math.sqrt(13_500));
    expect(Math.abs(between(2, 3) - 36_000)).toBeLessThan(4 * Math.sqrt(36_000));
    expect(between(3, 9)).toBe(0);
  });

  it('of a batch come at once, or spread evenly over its time', () => {
    const arrivals = [
      { kind: 'batch', atMs: 60_000, count: 2, overMs: 0 },
      { kind: 'batch', atMs: 10_000, count: 4, overMs: 2_000 },
    ] as const;
    const { acceptedAt } = workloadOf(traceOf([], { arrivals }));
    expect([...acceptedAt]).toEqual([10_000, 10_500, 11_000, 11_500, 60_000, 60_000]);
  });

  it('are refused beyond the most that can be simulated', () => {
    expect(() => workloadOf(burstOf(2_000_001))).toThrow('arrivals must come to at most 2000000 invocations');
  });
});

describe('durations', () => {
  it('go through their median and their upper point', () => {
    const { serviceMs } = drawn({ distribution: 'lognormal', medianMs: 2_000, upper: { share: 0.99, ms: 60_000 } });
    expect(share(serviceMs, 0.5) / 2_000).toBeCloseTo(1, 1);
    expect(share(serviceMs, 0.99) / 60_000).toBeCloseTo(1, 0);
  });

  it('with a Pareto tail end at their maximum', () => {
    const upper = { share: 0.95, ms: 20_000 } as const;
    const { serviceMs } = drawn({ distribution: 'pareto', medianMs: 2_000, upper, maximumMs: 600_000 });
    expect(share(serviceMs, 0.5) / 2_000).toBeCloseTo(1, 1);
    expect(share(serviceMs, 0.95) / 20_000).toBeCloseTo(1, 0);
    expect(share(serviceMs, 1)).toBe(600_000);
  });

  it('and arrivals are equal for equal seeds, and differ for another seed', () => {
    const rates = [0, HOUR_MS].map((atMs) => ({ atMs, perSecond: 1 }));
    const trace = traceOf([], { seed: 8, arrivals: [{ kind: 'poisson', rates }] });
    expect(workloadOf(trace)).toEqual(workloadOf(trace));
    expect(workloadOf({ ...trace, seed: 9 })).not.toEqual(workloadOf(trace));
  });

  it('of starts are drawn anew for each run, in the same order for any work', () => {
    const start: Duration = { distribution: 'lognormal', medianMs: 20_000, upper: { share: 0.95, ms: 35_000 } };
    const draws = (count: number): number[] => {
      const next = startTimes(burstOf(count, 0, { start }));
      return [next(), next(), next()];
    };
    expect(draws(1)).toEqual(draws(100));
    expect(new Set(draws(1)).size).toBe(3);
  });
});
