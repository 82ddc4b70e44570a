import { EbbError } from '../../core/errors.js';
import { type ErrorName, type ErrorNames, QueryFault } from './error-names.js';

/** A response of the AWS JSON 1.0 and 1.1 protocols. */
export interface JsonReply {
  readonly status: number;
  readonly errorType?: string;
  /** The error's code in the Query protocol, for services that once spoke that protocol. */
  readonly queryCode?: string;
  readonly body: string;
}

/** Reads the body of a request; an empty body is an empty structure. Raises `InvalidRequest`. */
export function parseJsonRequest(body: Uint8Array): Readonly<Record<string, unknown>> {
  if (body.length === 0) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder().decode(body));
  } catch (cause) {
    throw new EbbError('InvalidRequest', 'The request body is not valid JSON.', { cause });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new EbbError('InvalidRequest', 'The request body must be a JSON object.');
  }
  return parsed as Record<string, unknown>;
}

/** Returns an error as `{"__type": …, "message": …}`, the form that every SDK reads. */
export function jsonError(error: unknown, names: ErrorNames): JsonReply {
  const known = nameOf(error, names);
  const { type, queryCode = type, status } = known ?? { type: 'InternalFailure', status: 500 };
  const message = known ? (error as Error).message : 'An internal error occurred.';
  return { status, errorType: type, queryCode, body: JSON.stringify({ __type: type, message }) };
}

function nameOf(error: unknown, names: ErrorNames): ErrorName | undefined {
  if (error instanceof QueryFault) return { type: error.type, queryCode: error.code, status: error.status };
  return error instanceof EbbError ? names[error.code] : undefined;
}

/** Returns a timestamp of both protocol versions: seconds since the epoch, with a fraction. */
export function toTimestamp(ms: number): number {
  return ms / 1000;
}
