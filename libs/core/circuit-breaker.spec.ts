import { expect, test } from 'vitest';
import { type Circuit, FAILURES_UNTIL_OPEN, afterAttempt, attemptsAllowed } from './circuit-breaker.js';

const NOW = 1_000_000;

function afterFailures(count: number, chance = 1): Circuit | undefined {
  let circuit: Circuit | undefined;
  for (let failure = 0; failure < count; failure++) circuit = afterAttempt(circuit, false, NOW, chance);
  return circuit;
}

test('a destination that is well takes all that there is room for', () => {
  expect(attemptsAllowed(undefined, NOW, 8)).toBe(8);
});

test('a few failures close nothing', () => {
  expect(attemptsAllowed(afterFailures(FAILURES_UNTIL_OPEN - 1), NOW, 8)).toBe(8);
});

test('after five in a row it is left alone for seconds, and then one attempt finds out', () => {
  const circuit = afterFailures(FAILURES_UNTIL_OPEN);
  expect(attemptsAllowed(circuit, NOW + 4_999, 8)).toBe(0);
  expect(attemptsAllowed(circuit, NOW + 5_000, 8)).toBe(1);
  expect(attemptsAllowed(circuit, NOW + 5_000, 0)).toBe(0);
});

test('one answer closes it for good', () => {
  expect(afterAttempt(afterFailures(20), true, NOW, 1)).toBeUndefined();
});

test('each further failure doubles the pause, up to five minutes', () => {
  const pauses = [5, 6, 7, 30].map((count) => afterFailures(count)!.openUntil! - NOW);
  expect(pauses).toEqual([5_000, 10_000, 20_000, 300_000]);
});

test('pauses are spread, so that not all destinations are tried again at once', () => {
  expect(afterFailures(5, 0)!.openUntil! - NOW).toBe(2_500);
});
