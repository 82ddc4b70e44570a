import { EbbError, isEbbError } from '../../core/errors.js';
import { formatTextToken, readTextToken } from '../aws/page-token.js';

/** What the next page of a listing goes on after, as the text that callers hand back as `cursor`. */
export function formatCursor(last: string): string {
  return formatTextToken(last);
}

/** Raises `InvalidNextToken` for a cursor that no listing has given. */
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
