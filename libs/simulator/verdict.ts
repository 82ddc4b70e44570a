import type { Outcome } from './outcome.js';

/** How Ebb stands against the comparators on one trace. */
export interface Verdict {
  /** The comparator with the lowest p95 wait; of those within one per cent of it, the one with the fewest instance-seconds. */
  readonly best: Outcome;
  /** Ebb's p95 wait, and its instance-seconds, over those of the best comparator. */
  readonly p95Ratio: number;
  readonly instanceSecondsRatio: number;
  readonly result: 'no worse in either' | 'better in one, close in the other' | 'worse';
  /** The comparators with a p95 wait no longer than Ebb's and no more instance-seconds, one of them strictly. */
  readonly dominatedBy: readonly string[];
}

/** p95 waits this close to the lowest are as good as it. */
const TIE = 0.01;
/** What may be lost in one where the other is better. */
const CLOSE = 0.05;

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

/** Whether the verdict is one that Ebb's default has to reach. */
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

/** Two waits of nothing are alike. */
function ratio(a: number, b: number): number {
  return a === b ? 1 : a / b;
}
