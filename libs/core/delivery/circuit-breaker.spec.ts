import { expect, test } from 'vitest';
import {
  type Circuit,
  FAILURES_UNTIL_OPEN,
  circuitAfter,
  attemptsAllowed,
  isOutdated,
  isWell,
} from './circuit-breaker.js';
import type { DeliveryResult } from './delivery-attempt.js';

const NOW = 1_000_000;

function afterFailures(count: number, chance = 1): Circuit | undefined {
  let circuit: Circuit | undefined;
  for (let failure = 0; failure < count; failure++) {
    circuit = circuitAfter(circuit, false, circuit?.openUntil ?? NOW, chance);
  }
  return circuit;
}

test('a destination that is well gets as many attempts as there is room for', () => {
  expect(attemptsAllowed(undefined, NOW, 8)).toBe(8);
});

test('four failures in a row do not open the circuit', () => {
  expect(attemptsAllowed(afterFailures(FAILURES_UNTIL_OPEN - 1), NOW, 8)).toBe(8);
});

test('five failures in a row stop all attempts for five seconds, and then allow one', () => {
  const circuit = afterFailures(FAILURES_UNTIL_OPEN);
  expect(attemptsAllowed(circuit, NOW + 4_999, 8)).toBe(0);
  expect(attemptsAllowed(circuit, NOW + 5_000, 8)).toBe(1);
  expect(attemptsAllowed(circuit, NOW + 5_000, 0)).toBe(0);
});

test('one success closes the circuit', () => {
  expect(circuitAfter(afterFailures(20), true, NOW, 1)).toBeUndefined();
});

test('each further failure doubles the pause, up to five minutes', () => {
  const pauses = [5, 6, 7, 30]
    .map((count) => afterFailures(count)!)
    .map((circuit) => circuit.openUntil! - circuit.failedAt);
  expect(pauses).toEqual([5_000, 10_000, 20_000, 300_000]);
});

test('an attempt that was under way when the circuit opened does not prolong the pause when it fails', () => {
  const circuit = afterFailures(FAILURES_UNTIL_OPEN);
  expect(circuitAfter(circuit, false, NOW + 1_000, 1)).toEqual(circuit);
  expect(circuitAfter(circuit, true, NOW + 1_000, 1)).toBeUndefined();
});

test('chance spreads the pauses, so that not all destinations are tried again at once', () => {
  expect(afterFailures(5, 0)!.openUntil! - NOW).toBe(2_500);
});

test('a circuit is forgotten two hours after the last failure', () => {
  const circuit = afterFailures(5)!;
  expect([isOutdated(circuit, NOW + 7_200_000), isOutdated(circuit, NOW + 7_200_001)]).toEqual([false, true]);
});

const answered = (kind: 'failed' | 'undeliverable', status: number): DeliveryResult => ({
  kind,
  reason: String(status),
  exchange: { requestHeaders: {}, response: { status, headers: {}, body: '' } },
});

test('a destination that refuses or redirects one delivery is well', () => {
  for (const status of [302, 400, 401, 404]) expect(isWell(answered('failed', status))).toBe(true);
  expect(isWell(answered('undeliverable', 410))).toBe(true);
  expect(isWell({ kind: 'delivered' })).toBe(true);
});

test('a destination that does not answer, or is overloaded, is not well', () => {
  for (const status of [408, 429, 500, 503]) expect(isWell(answered('failed', status))).toBe(false);
  expect(isWell({ kind: 'failed', reason: 'ECONNREFUSED' })).toBe(false);
});
