import type { Outcome } from './outcome.js';

/** The verdict on Ebb against the comparators on one trace. */
export interface Verdict {
  /**
   * The comparator with the lowest p95 wait; among those within one per cent of it, the one with the fewest
   * instance-seconds.
   */
  readonly best: Outcome;
  /** The ratios of Ebb's p95 wait and instance-seconds to those of the best comparator. */
  readonly p95Ratio: number;
  readonly instanceSecondsRatio: number;
  readonly result: 'no worse in either' | 'better in one, close in the other' | 'worse';
  /** The comparators with a p95 wait no longer than Ebb's and no more instance-seconds, one of them strictly. */
  readonly dominatedBy: readonly string[];
}

/** p95 waits within this share of the lowest count as equal to it. */
const TIE = 0.01;
/** The largest share that may be lost in one measure if the other is better. */
const CLOSE = 0.05;

/** Judges Ebb's outcome against those of the comparators. */
export function verdictOf(ebb: Outcome, comparators: readonly Outcome[]): Verdict {
  const best = bestOf(comparators);
  const p95Ratio = ratio(ebb.waitSeconds.p95, best.waitSeconds.p95);
  const instanceSecondsRatio = ratio(ebb.instanceSeconds, best.instanceSeconds);
  return {
    best,
    p95Ratio,
    instanceSecondsRatio,
    result: resultOf(p95Ratio, instanceSecondsRatio),
    dominatedBy: comparators.filter((other) => dominates(other, ebb)).map(({ contender }) => contender),
  };
}

/** Tells whether the verdict meets the demand on Ebb's defaults. */
export function holds({ result }: Verdict): boolean {
  return result !== 'worse';
}

function bestOf(comparators: readonly Outcome[]): Outcome {
  const lowest = Math.min(...comparators.map(({ waitSeconds }) => waitSeconds.p95));
  return comparators
    .filter(({ waitSeconds }) => waitSeconds.p95 <= lowest * (1 + TIE))
    .reduce((best, each) => (each.instanceSeconds < best.instanceSeconds ? each : best));
}

function resultOf(p95: number, instanceSeconds: number): Verdict['result'] {
  if (p95 <= 1 && instanceSeconds <= 1) return 'no worse in either';
  const isClose = Math.min(p95, instanceSeconds) < 1 && Math.max(p95, instanceSeconds) <= 1 + CLOSE;
  return isClose ? 'better in one, close in the other' : 'worse';
}

function dominates(a: Outcome, b: Outcome): boolean {
  const waitsLess = a.waitSeconds.p95 - b.waitSeconds.p95;
  const costsLess = a.instanceSeconds - b.instanceSeconds;
  return waitsLess <= 0 && costsLess <= 0 && (waitsLess < 0 || costsLess < 0);
}

/** Divides two values; two values of zero are equal. */
function ratio(a: number, b: number): number {
  return a === b ? 1 : a / b;
}
