import { EbbError } from '../../core/errors.js';

/** Returns the place where the next page begins, as opaque text that clients send back. `parts` must be ASCII. */
export function formatPageToken(parts: readonly (string | number)[]): string {
  return btoa(JSON.stringify(parts));
}

/** Reads a token that `formatPageToken` made of `count` parts. Raises `InvalidNextToken` for any other text. */
export function parsePageToken(token: string, count: number): (string | number)[] {
  try {
    const parts: unknown = JSON.parse(atob(token));
    if (Array.isArray(parts) && parts.length === count && parts.every(isPart)) return parts;
  } catch {
    // Text that Ebb did not make is refused in the same way as a token with wrong parts.
  }
  throw invalidToken();
}

/** Returns a token that holds one text in any script. */
export function formatTextToken(last: string): string {
  return formatPageToken([encodeURIComponent(last)]);
}

/** Reads a token of `formatTextToken`, if there is one. Raises `InvalidNextToken` for any other text. */
export function readTextToken(token: string | undefined): string | undefined {
  if (token === undefined) return undefined;
  const [last] = parsePageToken(token, 1);
  try {
    return decodeURIComponent(String(last));
  } catch (cause) {
    throw invalidToken(cause);
  }
}

/** Returns the error for a token that no listing returned. */
export function invalidToken(cause?: unknown): EbbError {
  return new EbbError('InvalidNextToken', 'The NextToken is not valid: it was not returned by an earlier call.', {
    cause,
  });
}

function isPart(part: unknown): boolean {
  return typeof part === 'string' || typeof part === 'number';
}
