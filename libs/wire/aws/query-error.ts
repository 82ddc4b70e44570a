import { EbbError } from '../../core/errors.js';
import { renderXml } from './query-xml.js';
import { type ErrorNames, type QueryError, QueryFault } from './error-names.js';

/**
 * Returns an error under the service's name for it. An unexpected error becomes an internal failure without details.
 */
export function toQueryError(error: unknown, names: ErrorNames): QueryError {
  if (error instanceof QueryFault) return error;
  const known = error instanceof EbbError ? names[error.code] : undefined;
  if (!known) return { status: 500, code: 'InternalFailure', message: 'An internal error occurred.' };
  return { status: known.status, code: known.queryCode ?? known.type, message: (error as EbbError).message };
}

/** Returns the document that reports an error and whether the sender or the receiver is at fault. */
export function queryErrorResponse(namespace: string, error: QueryError, requestId: string): string {
  const type = error.status < 500 ? 'Sender' : 'Receiver';
  const body = renderXml({ Error: { Type: type, Code: error.code, Message: error.message }, RequestId: requestId });
  return `<?xml version="1.0"?>\n<ErrorResponse xmlns="${namespace}">${body}</ErrorResponse>`;
}
