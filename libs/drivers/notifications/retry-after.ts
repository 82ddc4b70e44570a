/** A receiver may wish for more, but deliveries do not live for ever. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** What a `Retry-After` header asks for, in milliseconds, an hour at most: it is a number of seconds or a date. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms));
}
