/** What is known of a destination by what came of the last attempts. A destination without a circuit is well. */
export interface Circuit {
  /** In a row. */
  readonly failures: number;
  /** No attempts before then; one from then on, which decides. */
  readonly openUntil?: number;
}

/** After so many failures in a row a destination is left alone for a while. */
export const FAILURES_UNTIL_OPEN = 5;
const FIRST_PAUSE_MS = 5_000;
const LONGEST_PAUSE_MS = 5 * 60_000;

/** How many attempts may be under way at a destination: all that there is room for, one that is to find out, or none. */
export function attemptsAllowed(circuit: Circuit | undefined, now: number, room: number): number {
  if (circuit?.openUntil === undefined) return room;
  return now >= circuit.openUntil ? Math.min(1, room) : 0;
}

/**
 * The circuit after an attempt; undefined when all is well. Each failure from the fifth on opens it for twice as long as
 * the one before, up to five minutes, with jitter drawn from `chance` (0 to 1).
 */
export function afterAttempt(
  circuit: Circuit | undefined,
  hasAnswered: boolean,
  now: number,
  chance: number,
): Circuit | undefined {
  if (hasAnswered) return undefined;
  const failures = (circuit?.failures ?? 0) + 1;
  if (failures < FAILURES_UNTIL_OPEN) return { failures };
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - FAILURES_UNTIL_OPEN, 20));
  return { failures, openUntil: Math.round(now + pauseMs / 2 + (pauseMs / 2) * chance) };
}
