import { describe, expect, it } from 'vitest';
import type { Outcome } from './outcome.js';
import { holds, verdictOf } from './verdict.js';

function outcome(contender: string, p95: number, instanceSeconds: number): Outcome {
  return {
    contender,
    settings: '',
    waitSeconds: { p50: 0, p95, p99: p95, mean: 0 },
    instanceSeconds,
    idleShare: 0,
    starts: 1,
    largestFleet: 1,
    invocations: 1,
    isFinished: true,
  };
}

const slow = outcome('slow', 60, 500);
const quick = outcome('quick', 10, 1_000);

describe('a verdict', () => {
  it('compares Ebb with the comparator of the lowest p95 wait', () => {
    const { best, instanceSecondsRatio, p95Ratio } = verdictOf(outcome('ebb', 5, 1_500), [slow, quick]);
    expect({ best, p95Ratio, instanceSecondsRatio }).toEqual({ best: quick, p95Ratio: 0.5, instanceSecondsRatio: 1.5 });
  });

  it('prefers fewer instance-seconds among the comparators within one per cent of the lowest wait', () => {
    const frugal = outcome('frugal', 10.1, 900);
    expect(verdictOf(outcome('ebb', 10, 900), [quick, frugal]).best).toBe(frugal);
    expect(verdictOf(outcome('ebb', 10, 900), [quick, outcome('too late', 10.2, 900)]).best).toBe(quick);
  });

  it.each([
    ['alike in both', 10, 1_000, 'no worse in either'],
    ['better in both', 5, 500, 'no worse in either'],
    ['better in the wait, five per cent dearer', 5, 1_050, 'better in one, close in the other'],
    ['better in the wait, more than that dearer', 5, 1_051, 'worse'],
    ['cheaper, waiting five per cent longer', 10.5, 500, 'better in one, close in the other'],
    ['cheaper, waiting longer than that', 10.51, 500, 'worse'],
    ['alike in the wait, a little dearer', 10, 1_010, 'worse'],
  ] as const)('is, %s: %d s, %d instance-seconds', (_, p95, instanceSeconds, result) => {
    const verdict = verdictOf(outcome('ebb', p95, instanceSeconds), [slow, quick]);
    expect(verdict.result).toBe(result);
    expect(holds(verdict)).toBe(result !== 'worse');
  });

  it('names every comparator that is no worse in both and better in one, not only the best', () => {
    const others = [quick, slow, outcome('same', 12, 2_000), outcome('cheaper', 12, 1_999)];
    expect(verdictOf(outcome('ebb', 12, 2_000), others).dominatedBy).toEqual(['quick', 'cheaper']);
  });

  it('counts an endless wait as worse than any other, and two waits of zero as equal', () => {
    expect(verdictOf(outcome('ebb', Infinity, 1), [quick]).result).toBe('worse');
    expect(verdictOf(outcome('ebb', 0, 100), [outcome('still', 0, 100)])).toMatchObject({ p95Ratio: 1 });
  });
});
