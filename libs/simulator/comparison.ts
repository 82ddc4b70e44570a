import type { Contender } from './contenders.js';
import { type Outcome, outcomeOf } from './outcome.js';
import type { Trace } from './trace.js';
import { type Verdict, verdictOf } from './verdict.js';
import { workloadOf } from './workload.js';

/**
 * The outcomes of one trace under Ebb and under its comparators, with the same work and the same start times for all.
 */
export interface Comparison {
  readonly trace: Trace;
  readonly ebb: Outcome;
  readonly comparators: readonly Outcome[];
  readonly verdict: Verdict;
}

/** Runs one trace under Ebb and under each comparator. */
export function compare(trace: Trace, ebb: Contender, comparators: readonly Contender[]): Comparison {
  const work = workloadOf(trace);
  const [own, ...others] = [ebb, ...comparators].map((contender) => outcomeOf(trace, work, contender));
  return { trace, ebb: own!, comparators: others, verdict: verdictOf(own!, others) };
}
