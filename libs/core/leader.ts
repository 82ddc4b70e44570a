/** The holder of a duty that only one process may have at a time, such as deciding instance counts. */
export interface Leader {
  readonly holder: string;
  /** Grows with every change of holder. */
  readonly term: number;
  /** The time from which another process may take over. */
  readonly until: number;
}

/** How long a duty is held without renewal, and how often its holder renews it. */
export const LEADERSHIP_MS = 30_000;
export const LEADERSHIP_RENEWAL_MS = 10_000;

/** Returns the record after `holder` asked for the duty: prolonged, taken over if its time is over, or unchanged. */
export function claim(current: Leader, holder: string, now: number): Leader {
  if (current.holder === holder) return { ...current, until: now + LEADERSHIP_MS };
  if (now < current.until) return current;
  return { holder, term: current.term + 1, until: now + LEADERSHIP_MS };
}
