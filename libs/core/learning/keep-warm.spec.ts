import { describe, expect, test } from 'vitest';
import { type DemandHistory, EMPTY_DEMAND, withDemandAt } from './demand-levels.js';
import { WAIT_WEIGHT, keepWarmSteps, worthwhileInstances } from './keep-warm.js';

const START_MS = 20_000;
const MAX_MS = 900_000;
const NOW = 1_000_000_000;

/** Returns demand that comes for `stayMs` again and again, with each gap in between at `below`. */
function comingAndGoing(gapsMs: readonly number[], { demand = 1, below = 0, stayMs = 1_000 } = {}): DemandHistory {
  let now = NOW;
  let history = withDemandAt(EMPTY_DEMAND, demand, now);
  for (const gapMs of gapsMs) {
    history = withDemandAt(history, below, (now += stayMs));
    history = withDemandAt(history, demand, (now += gapMs));
  }
  return history;
}

const often = (gapMs: number, count = 20) => Array.from({ length: count }, () => gapMs);

function keepOfFirst(gapsMs: readonly number[], maxMs = MAX_MS): number {
  return keepWarmSteps(comingAndGoing(gapsMs), START_MS, maxMs)[0]!.ms;
}

describe('an idle instance is kept', () => {
  test('until work is back, if it comes back in time', () => {
    expect(keepOfFirst(often(60_000))).toBeGreaterThanOrEqual(60_000);
    expect(keepOfFirst(often(60_000))).toBeLessThan(75_000);
  });

  test('no longer than a start takes, if work stays away for longer than waiting is worth', () => {
    expect(keepOfFirst(often((WAIT_WEIGHT + 2) * START_MS))).toBe(START_MS);
  });

  test('through its short gaps, if the others are too long', () => {
    const gapsMs = [...often(50_000), 7_200_000, ...often(50_000), 7_200_000];
    expect(keepOfFirst(gapsMs)).toBeGreaterThanOrEqual(50_000);
    expect(keepOfFirst(gapsMs)).toBeLessThan(65_000);
  });

  test('never longer than the setting', () => {
    expect(keepOfFirst(often(60_000), 30_000)).toBeLessThanOrEqual(30_000);
    expect(keepOfFirst(often(60_000), 0)).toBe(0);
    expect(keepOfFirst([], 30_000)).toBe(30_000);
  });

  test('as long as doing without it would cost, if no gap is known', () => {
    expect(keepOfFirst([])).toBe((WAIT_WEIGHT + 1) * START_MS);
  });
});

test('a history is weighed anew when starts take longer, or instances may be kept for a shorter time', () => {
  const history = comingAndGoing(often(2_000, 50), { demand: 6, below: 4, stayMs: 500 });
  for (const [startMs, maxMs] of [
    [START_MS, MAX_MS],
    [2 * START_MS, MAX_MS],
    [START_MS, 1_000],
    [START_MS, MAX_MS],
  ] as const) {
    const sameNew = structuredClone(history);
    expect(keepWarmSteps(history, startMs, maxMs)).toEqual(keepWarmSteps(sameNew, startMs, maxMs));
    expect(worthwhileInstances(history, startMs, maxMs)).toBe(worthwhileInstances(sameNew, startMs, maxMs));
  }
  expect(keepWarmSteps(history, START_MS, MAX_MS)).not.toEqual(keepWarmSteps(history, START_MS, 1_000));
});

test('after a single burst, all instances but the first are kept for as long as a start takes', () => {
  const burst = withDemandAt(EMPTY_DEMAND, 100, NOW);
  expect(keepWarmSteps(burst, START_MS, MAX_MS)).toEqual([
    { upTo: 1, ms: (WAIT_WEIGHT + 1) * START_MS },
    { upTo: 96, ms: START_MS },
  ]);
});

test('a thousand levels become a few steps with falling idle times', () => {
  let history = EMPTY_DEMAND;
  for (let step = 0; step < 5_000; step += 1) {
    history = withDemandAt(history, Math.round(500 + 500 * Math.sin(step / 3) * Math.sin(step / 50)), NOW + step * 700);
  }
  const steps = keepWarmSteps(history, START_MS, MAX_MS);
  expect(steps.length).toBeLessThan(16);
  for (const [index, { ms, upTo }] of steps.entries()) {
    expect(ms).toBeLessThan(steps[index - 1]?.ms ?? Infinity);
    expect(upTo).toBeGreaterThan(steps[index - 1]?.upTo ?? 0);
  }
});

describe('an instance is worth launching for work that is soon done', () => {
  test('if such work comes back often', () => {
    const history = comingAndGoing(often(2_000, 50), { demand: 6, below: 4, stayMs: 500 });
    expect(worthwhileInstances(history, START_MS, MAX_MS)).toBe(6);
  });

  test('but not if it comes back seldom', () => {
    const history = comingAndGoing(often(60_000, 50), { demand: 6, below: 4, stayMs: 500 });
    expect(worthwhileInstances(history, START_MS, MAX_MS)).toBe(0);
  });

  test('but not before it has come back a few times', () => {
    const history = comingAndGoing(often(2_000, 4), { demand: 6, below: 4, stayMs: 500 });
    expect(worthwhileInstances(history, START_MS, MAX_MS)).toBe(0);
  });
});
