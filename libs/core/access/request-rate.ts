/** How many requests may still come at once, as of `at`: it fills up evenly, to what may come in a minute. */
export interface RequestAllowance {
  readonly left: number;
  readonly at: number;
}

/** What came of one request. */
export interface RateVerdict {
  readonly allowance: RequestAllowance;
  readonly isAllowed: boolean;
  /** Until there is room for one more; 0 while there is. */
  readonly waitMs: number;
  /** Until all that is allowed in a minute could come at once again. */
  readonly fullInMs: number;
}

const MINUTE_MS = 60_000;

/** Counts one request of somebody who may make `perMinute`; without an allowance it is the first one. */
export function countRequest(before: RequestAllowance | undefined, perMinute: number, now: number): RateVerdict {
  const perMs = perMinute / MINUTE_MS;
  // A clock that was set back must take nothing away.
  const filled = before ? before.left + Math.max(0, now - before.at) * perMs : perMinute;
  const available = Math.min(perMinute, filled);
  const isAllowed = available >= 1;
  const left = isAllowed ? available - 1 : available;
  return {
    allowance: { left, at: now },
    isAllowed,
    waitMs: left >= 1 ? 0 : Math.ceil((1 - left) / perMs),
    fullInMs: Math.ceil((perMinute - left) / perMs),
  };
}
