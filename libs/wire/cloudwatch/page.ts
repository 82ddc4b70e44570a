import { EbbError } from '../../core/errors.js';
import { formatPageToken, parsePageToken } from '../page-token.js';

/** `ScanBy`: the newest first unless the caller says otherwise. */
export const SCANS = ['TimestampDescending', 'TimestampAscending'];

/** The token of the page that begins after `last`, which may be any text: tokens hold ASCII only. */
export function pageTokenAfter(last: string): string {
  return formatPageToken([encodeURIComponent(last)]);
}

/** Reads what `pageTokenAfter` wrote; raises `InvalidNextToken` for anything else. */
export function readPageToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const [last] = parsePageToken(token, 1);
  try {
    return decodeURIComponent(String(last));
  } catch (cause) {
    throw new EbbError('InvalidNextToken', 'The NextToken is not valid: it was not returned by an earlier call.', {
      cause,
    });
  }
}

/** One page of what was asked for with one more than fits on it, and the token of the next page if there is one. */
export function pageOf<T>(
  found: readonly T[],
  limit: number,
  keyOf: (item: T) => string,
): { page: readonly T[]; nextToken?: string } {
  const page = found.slice(0, limit);
  return { page, nextToken: found.length > limit ? pageTokenAfter(keyOf(page.at(-1)!)) : undefined };
}
