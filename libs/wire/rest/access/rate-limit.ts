import type { RateVerdict } from '../../../core/access/request-rate.js';

/** Returns the headers that state the caller's rate of requests (`draft-polli-ratelimit-headers`). */
export function rateLimitHeaders({
  perMinute,
  allowance,
  isAllowed,
  waitMs,
  fullInMs,
}: RateVerdict & { readonly perMinute: number }): Record<string, string> {
  return {
    'ratelimit-limit': String(perMinute),
    'ratelimit-remaining': String(Math.floor(allowance.left)),
    'ratelimit-reset': seconds(isAllowed ? fullInMs : waitMs),
    ...(!isAllowed && { 'retry-after': seconds(waitMs) }),
  };
}

/** Rounds up, so that a caller that waits this long is not too early. */
function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1000)));
}
