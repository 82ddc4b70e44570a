import { describe, expect, it } from 'vitest';
import { type Comparison, compare } from '../../libs/simulator/comparison.js';
import { COMPARATORS, type Contender } from '../../libs/simulator/contenders.js';
import { EbbDecider } from '../../libs/simulator/deciders/ebb.js';
import { holds } from '../../libs/simulator/verdict.js';
import { shippedTraceNames, traceFrom } from './input-files.js';

const EBB: Contender = { name: 'ebb', settings: '', create: () => new EbbDecider() };

/** On the traces of more than 100,000 invocations only the one that is the best on them, to stay within seconds. */
const BEST_ON_LONG = COMPARATORS.filter(({ name }) => name === 'keda-1');
const LONG: ReadonlySet<string> = new Set(['slow-ramp', 'working-day']);

/** What Ebb gives up where it does not hold its own: docs/scaling-simulator.md says why. */
const SHORTFALLS: Readonly<Record<string, { readonly p95Ratio: number; readonly instanceSecondsRatio: number }>> = {
  // A hundredth of the wait, for a seventh more.
  'long-starts': { p95Ratio: 0.05, instanceSecondsRatio: 1.16 },
};

function comparisonOn(name: string): Comparison {
  return compare(traceFrom(name), EBB, LONG.has(name) ? BEST_ON_LONG : COMPARATORS);
}

describe("Ebb's default, without any history", () => {
  it.each(shippedTraceNames().filter((name) => !(name in SHORTFALLS)))(
    'waits no longer than the best comparator for no more, or gains in one and loses little in the other: %s',
    (name) => {
      const { verdict } = comparisonOn(name);
      expect(verdict).toSatisfy(holds);
    },
  );

  it.each(Object.entries(SHORTFALLS))('gives up no more than is said: %s', (name, most) => {
    const { verdict } = comparisonOn(name);
    expect(verdict.p95Ratio).toBeLessThanOrEqual(most.p95Ratio);
    expect(verdict.instanceSecondsRatio).toBeLessThanOrEqual(most.instanceSecondsRatio);
  });
});
