import { EbbError } from '../../core/errors.js';
import { type ErrorNames, QueryFault } from '../aws/error-names.js';
import type { RuntimeReply } from './runtime-reply.js';

const VALIDATION = { type: 'ValidationError', status: 400 };

/**
 * The runtime's names for Ebb's errors. It says `ValidationError` where the control plane says `ValidationException`.
 */
const RUNTIME_ERRORS: ErrorNames = {
  InvalidRequest: VALIDATION,
  EndpointNotFound: VALIDATION,
  EndpointNotReady: VALIDATION,
  WrongInferenceType: VALIDATION,
  BucketNotFound: VALIDATION,
  IntakePaused: { type: 'ServiceUnavailable', status: 503 },
  QuotaExceeded: { type: 'ThrottlingException', status: 429 },
  AccessDenied: { type: 'AccessDeniedException', status: 403 },
  TooManyRequests: { type: 'ThrottlingException', status: 429 },
  StorageFull: { type: 'ServiceUnavailable', status: 503 },
  Unavailable: { type: 'ServiceUnavailable', status: 503 },
};

const MAX_MESSAGE_LENGTH = 2048;

/** Returns the response for an error. An unexpected error becomes an internal failure without details. */
export function formatRuntimeError(error: unknown): RuntimeReply {
  const known =
    error instanceof QueryFault ? error : error instanceof EbbError ? RUNTIME_ERRORS[error.code] : undefined;
  const { type, status } = known ?? { type: 'InternalFailure', status: 500 };
  const message = known ? (error as Error).message : 'An internal error occurred.';
  return {
    status,
    headers: ['Content-Type', 'application/json', 'x-amzn-ErrorType', type],
    body: JSON.stringify({ Message: message.slice(0, MAX_MESSAGE_LENGTH) }),
  };
}
