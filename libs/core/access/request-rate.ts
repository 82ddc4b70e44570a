/**
 * The requests that may still come at once, as of `at`. The allowance refills evenly, up to the requests of one minute.
 */
export interface RequestAllowance {
  readonly left: number;
  readonly at: number;
}

/** The verdict on one request. */
export interface RateVerdict {
  readonly allowance: RequestAllowance;
  readonly isAllowed: boolean;
  /** Time until one more request is allowed; 0 if one is allowed now. */
  readonly waitMs: number;
  /** Time until the requests of a whole minute may come at once again. */
  readonly fullInMs: number;
}

const MINUTE_MS = 60_000;

/** Counts one request of a caller that may make `perMinute`; without an allowance it is the caller's first. */
export function countRequest(before: RequestAllowance | undefined, perMinute: number, now: number): RateVerdict {
  const perMs = perMinute / MINUTE_MS;
  // A clock that was set back must not reduce the allowance.
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
