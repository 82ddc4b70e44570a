import type { DeliveryResult } from './delivery-attempt.js';

/** What is known of a destination by what came of the last attempts. A destination without a circuit is well. */
export interface Circuit {
  /** In a row. */
  readonly failures: number;
  /** The last of them. */
  readonly failedAt: number;
  /** No attempts before then; one from then on, which decides. */
  readonly openUntil?: number;
}

/** After so many failures in a row a destination is left alone for a while. */
export const FAILURES_UNTIL_OPEN = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** Longer than any delivery waits for its next attempt: what failed before then says nothing about now. */
const MEMORY_MS = 2 * 3_600_000;
/** Too slow, too much: answers of a destination that cannot cope, though they are of the kind that blames the sender. */
const OVERLOADED = new Set([408, 429]);

/** How many attempts may be under way at a destination: all that there is room for, one that is to find out, or none. */
export function attemptsAllowed(circuit: Circuit | undefined, now: number, room: number): number {
  if (circuit?.openUntil === undefined) return room;
  return now >= circuit.openUntil ? Math.min(1, room) : 0;
}

/**
 * The circuit after an attempt; undefined when all is well. Each failure from the fifth on opens it for twice as long as
 * the one before, up to five minutes, with jitter drawn from `chance` (0 to 1).
 */
export function circuitAfter(
  circuit: Circuit | undefined,
  wasWell: boolean,
  now: number,
  chance: number,
): Circuit | undefined {
  if (wasWell) return undefined;
  // It began before the circuit opened: what fails together is one failure too many, not several.
  if (circuit?.openUntil !== undefined && now < circuit.openUntil) return circuit;
  const failures = (circuit?.failures ?? 0) + 1;
  if (failures < FAILURES_UNTIL_OPEN) return { failures, failedAt: now };
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - FAILURES_UNTIL_OPEN, 20));
  return { failures, failedAt: now, openUntil: Math.round(now + pauseMs / 2 + (pauseMs / 2) * chance) };
}

/**
 * Whether a destination is well by what came of an attempt. One that refuses this delivery is there for others: behind
 * one origin there may be many receivers.
 */
export function isWell(result: DeliveryResult): boolean {
  const status = result.exchange?.response?.status;
  return result.kind !== 'failed' || (status !== undefined && status < 500 && !OVERLOADED.has(status));
}

/** Whether a circuit is of so long ago that it can be forgotten. */
export function isOutdated({ failedAt }: Circuit, now: number): boolean {
  return now - failedAt > MEMORY_MS;
}
