import { EbbError, type ErrorCode, isEbbError } from '../../../core/errors.js';

const CODES: Readonly<Record<string, ErrorCode>> = {
  // Not Unavailable: asking again does not help, and whoever made the request named this bucket or key.
  AccessDenied: 'InvalidRequest',
  BadDigest: 'BadDigest',
  BucketAlreadyExists: 'BucketAlreadyExists',
  BucketAlreadyOwnedByYou: 'BucketAlreadyExists',
  BucketNotEmpty: 'BucketNotEmpty',
  ConditionalRequestConflict: 'PreconditionFailed',
  EntityTooLarge: 'BodyTooLarge',
  // What the SDK makes of a 403 without a body, as HEAD gets it.
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

/** S3's error in the domain's terms; the reason of the abort where the call was aborted. */
export function s3Failure(error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted) return signal.reason;
  if (isEbbError(error) || !(error instanceof Error)) return error;
  const code = CODES[error.name] ?? (isUnavailable(error) ? 'Unavailable' : undefined);
  return code ? new EbbError(code, error.message || `Object storage says ${error.name}.`, { cause: error }) : error;
}

/** What S3 answers, with its errors in the domain's terms. */
export async function answer<T>(sent: Promise<T>, signal?: AbortSignal): Promise<T> {
  try {
    return await sent;
  } catch (error) {
    throw s3Failure(error, signal);
  }
}

/** An answer that says so, a connection that broke, or no connection at all. */
function isUnavailable(error: Error & { $metadata?: { httpStatusCode?: number }; code?: string }): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  if (status >= 500 || status === 429) return true;
  return 'syscall' in error || error.code === 'ECONNRESET' || error.name === 'TimeoutError';
}
