import type { DeliveryResult } from './delivery-attempt.js';

/** The record of a destination's latest failures. A destination without a circuit is well. */
export interface Circuit {
  /** Failed attempts in a row. */
  readonly failures: number;
  /** When the last of them failed. */
  readonly failedAt: number;
  /** No attempt is made before this time; after it, one attempt decides. */
  readonly openUntil?: number;
}

/** The failures in a row after which a destination is left alone for a while. */
export const FAILURES_UNTIL_OPEN = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Longer than any delivery waits for its next attempt, so an older failure says nothing about now. */
const MEMORY_MS = 2 * 3_600_000;
/** Answers of an overloaded destination (too slow, too many requests), although their class blames the sender. */
const OVERLOADED = new Set([408, 429]);

/**
 * Returns how many attempts may be under way at a destination: all that there is room for, one trial attempt, or none.
 */
export function attemptsAllowed(circuit: Circuit | undefined, now: number, room: number): number {
  if (circuit?.openUntil === undefined) return room;
  return now >= circuit.openUntil ? Math.min(1, room) : 0;
}

/**
 * Returns the circuit after an attempt; undefined if the attempt went well. The fifth failure in a row opens it, and
 * each further one opens it for twice as long, up to five minutes, with jitter drawn from `chance` (0 to 1).
 */
export function circuitAfter(
  circuit: Circuit | undefined,
  wasWell: boolean,
  now: number,
  chance: number,
): Circuit | undefined {
  if (wasWell) return undefined;
  // The attempt began before the circuit opened. Attempts that fail together count as one failure, not several.
  if (circuit?.openUntil !== undefined && now < circuit.openUntil) return circuit;
  const failures = (circuit?.failures ?? 0) + 1;
  if (failures < FAILURES_UNTIL_OPEN) return { failures, failedAt: now };
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - FAILURES_UNTIL_OPEN, 20));
  return { failures, failedAt: now, openUntil: Math.round(now + pauseMs / 2 + (pauseMs / 2) * chance) };
}

/**
 * Returns whether a destination is well, judged by the result of an attempt. A destination that refuses this delivery
 * may accept others, because one origin may have many receivers.
 */
export function isWell(result: DeliveryResult): boolean {
  const status = result.exchange?.response?.status;
  return result.kind !== 'failed' || (status !== undefined && status < 500 && !OVERLOADED.has(status));
}

/** Returns whether a circuit is old enough to be forgotten. */
export function isOutdated({ failedAt }: Circuit, now: number): boolean {
  return now - failedAt > MEMORY_MS;
}
