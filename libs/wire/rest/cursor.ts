import { EbbError, isEbbError } from '../../core/errors.js';
import { formatTextToken, readTextToken } from '../aws/page-token.js';

/** Returns the place after which the next page begins, as the text that callers send back as `cursor`. */
export function formatCursor(last: string): string {
  return formatTextToken(last);
}

/** Reads a cursor. Raises `InvalidNextToken` for a cursor that no listing returned. */
export function readCursor(cursor: string | undefined): string | undefined {
  try {
    return readTextToken(cursor);
  } catch (error) {
    if (!isEbbError(error, 'InvalidNextToken')) throw error;
    throw new EbbError('InvalidNextToken', 'query.cursor: must be the nextCursor of an earlier page.', {
      cause: error,
    });
  }
}
