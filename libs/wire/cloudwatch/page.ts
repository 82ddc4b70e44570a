import { formatTextToken } from '../aws/page-token.js';

/** `ScanBy`: the newest first unless the caller says otherwise. */
export const SCANS = ['TimestampDescending', 'TimestampAscending'];

/** One page of what was asked for with one more than fits on it, and the token of the next page if there is one. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  keyOf: (item: T) => string,
): { page: readonly T[]; nextToken?: string } {
  const page = found.slice(0, limit);
  return { page, nextToken: found.length > limit ? formatTextToken(keyOf(page.at(-1)!)) : undefined };
}
