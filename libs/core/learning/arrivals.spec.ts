import { expect, test } from 'vitest';
import { type ArrivalHistory, EMPTY_ARRIVALS, arrivalRates, expectedArrivals, withArrivalsAt } from './arrivals.js';

/** Returns the history of one arrival every `everyMs`, from zero on. */
function steadily(everyMs: number, untilMs: number): ArrivalHistory {
  let history = EMPTY_ARRIVALS;
  for (let at = 0; at < untilMs; at += everyMs) history = withArrivalsAt(history, 1, at);
  return history;
}

const MINUTE_MS = 60_000;

test('a steady inflow is expected to go on at its rate', () => {
  const rates = arrivalRates(steadily(100, 5 * MINUTE_MS), 5 * MINUTE_MS);
  expect(rates.map(({ perSecond }) => perSecond)).toEqual([10, 10, 10]);
  expect(expectedArrivals(rates, 300_000)).toBe(3_000);
});

test('a burst is not expected to go on', () => {
  const burst = withArrivalsAt(EMPTY_ARRIVALS, 1_000, MINUTE_MS);
  for (let now = MINUTE_MS; now < 5 * MINUTE_MS; now += 500) {
    expect(expectedArrivals(arrivalRates(burst, now), MINUTE_MS)).toBe(0);
  }
});

test('a rate that has held for a few seconds is expected to hold for as few', () => {
  const spike = steadily(100, 6_000);
  const rates = arrivalRates(spike, 6_000);
  expect(rates[0]).toEqual({ perSecond: 10, forMs: 4_000 });
  expect(expectedArrivals(rates, MINUTE_MS)).toBe(40);
});

test('a rate that ended is no longer expected', () => {
  const rates = arrivalRates(steadily(100, MINUTE_MS), MINUTE_MS + 10_000);
  expect(rates[0]?.perSecond).toBe(0);
});

test('a negative count is no inflow', () => {
  const history = withArrivalsAt(withArrivalsAt(EMPTY_ARRIVALS, -5, 0), -5, 2_000);
  expect(expectedArrivals(arrivalRates(history, 4_000), MINUTE_MS)).toBe(0);
});
