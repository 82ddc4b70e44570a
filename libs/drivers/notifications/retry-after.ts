/** The longest wait that a receiver may ask for, because a delivery lives only a day. */
const LONGEST_RETRY_AFTER_MS = 3_600_000;

/** Reads a `Retry-After` header, a number of seconds or a date, as milliseconds, at most an hour. */
export function retryAfterMs(header: string | string[] | undefined, now: number): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? undefined : Math.min(LONGEST_RETRY_AFTER_MS, Math.max(0, ms));
}
