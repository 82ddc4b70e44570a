import { EbbError, type ErrorCode, isEbbError } from '../../../core/errors.js';

const CODES: Readonly<Record<string, ErrorCode>> = {
  // Not Unavailable: asking again does not help, and the caller named this bucket or key.
  AccessDenied: 'InvalidRequest',
  BadDigest: 'BadDigest',
  BucketAlreadyExists: 'BucketAlreadyExists',
  BucketAlreadyOwnedByYou: 'BucketAlreadyExists',
  BucketNotEmpty: 'BucketNotEmpty',
  ConditionalRequestConflict: 'PreconditionFailed',
  EntityTooLarge: 'BodyTooLarge',
  // The SDK's name for a 403 without a body, which is the answer to a HEAD.
  Forbidden: 'InvalidRequest',
  IncompleteBody: 'BadDigest',
  InvalidArgument: 'InvalidRequest',
  InvalidBucketName: 'InvalidRequest',
  InvalidDigest: 'BadDigest',
  InvalidPart: 'InvalidPart',
  InvalidPartOrder: 'InvalidPart',
  InvalidRange: 'InvalidRange',
  KeyTooLongError: 'InvalidRequest',
  NoSuchBucket: 'BucketNotFound',
  NoSuchKey: 'ObjectNotFound',
  NoSuchUpload: 'UploadNotFound',
  NotFound: 'ObjectNotFound',
  PreconditionFailed: 'PreconditionFailed',
  XMinioStorageFull: 'StorageFull',
};

/** Translates S3's error into a domain error. If the call was aborted, returns the reason of the abort. */
export function s3Failure(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (isEbbError(error) || !(error instanceof Error)) return error;
  const code = CODES[error.name] ?? (isUnavailable(error) ? 'Unavailable' : undefined);
  return code ? new EbbError(code, error.message || `Object storage says ${error.name}.`, { cause: error }) : error;
}

/** Waits for S3's answer, and raises its errors as domain errors. */
export async function answer<T>(sent: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    throw s3Failure(error, signal);
  }
}

/** Recognises an answer of 5xx or 429, a broken connection, and a connection that could not be made. */
function isUnavailable(error: Error & { $metadata?: { httpStatusCode?: number }; code?: string }): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429) return true;
  return 'syscall' in error || error.code === 'ECONNRESET' || error.name === 'TimeoutError';
}
