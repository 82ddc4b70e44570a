import { EbbError } from '../../core/errors.js';

/** The place where the next page begins, as the opaque text that clients hand back. `parts` must be ASCII. */
export function formatPageToken(parts: readonly (string | number)[]): string {
  return btoa(JSON.stringify(parts));
}

/** Reads a token that `formatPageToken` made of `count` parts; raises `InvalidNextToken` for anything else. */
export function parsePageToken(token: string, count: number): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(atob(token));
    if (Array.isArray(parts) && parts.length === count && parts.every(isPart)) return parts;
  } catch {
    // Not of our making, like a token whose parts are not what they should be.
  }
  throw invalidToken();
}

/** A token that holds one text of whatever script. */
export function formatTextToken(last: string): string {
  return formatPageToken([encodeURIComponent(last)]);
}

/** Reads what `formatTextToken` wrote, if it is there; raises `InvalidNextToken` for anything else. */
export function readTextToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const [last] = parsePageToken(token, 1);
  try {
    return decodeURIComponent(String(last));
  } catch (cause) {
    throw invalidToken(cause);
  }
}

/** What a token that was never handed out is answered with. */
export function invalidToken(cause?: unknown): EbbError {
  return new EbbError('InvalidNextToken', 'The NextToken is not valid: it was not returned by an earlier call.', {
    cause,
  });
}

function isPart(part: unknown): boolean {
  return typeof part === 'string' || typeof part === 'number';
}
