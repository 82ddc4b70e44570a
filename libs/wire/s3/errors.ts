import { type ErrorCode, EbbError } from '../../core/errors.js';
import { element, xmlDocument } from './xml.js';

/** S3's own error codes, each with its HTTP status. */
const STATUS = {
  AccessDenied: 403,
  AuthorizationHeaderMalformed: 400,
  AuthorizationQueryParametersError: 400,
  BadDigest: 400,
  BucketAlreadyExists: 409,
  BucketNotEmpty: 409,
  EntityTooLarge: 400,
  EntityTooSmall: 400,
  ExpiredToken: 400,
  IncompleteBody: 400,
  InternalError: 500,
  InvalidAccessKeyId: 403,
  InvalidArgument: 400,
  InvalidBucketName: 400,
  InvalidDigest: 400,
  InvalidPart: 400,
  InvalidPartOrder: 400,
  InvalidRange: 416,
  InvalidRequest: 400,
  InvalidToken: 400,
  InvalidURI: 400,
  KeyTooLongError: 400,
  MalformedTrailerError: 400,
  MalformedXML: 400,
  MetadataTooLarge: 400,
  MethodNotAllowed: 405,
  MissingContentLength: 411,
  NoSuchBucket: 404,
  NoSuchBucketPolicy: 404,
  NoSuchCORSConfiguration: 404,
  NoSuchKey: 404,
  NoSuchLifecycleConfiguration: 404,
  NoSuchObjectLockConfiguration: 404,
  NoSuchPublicAccessBlockConfiguration: 404,
  NoSuchTagSet: 404,
  NoSuchUpload: 404,
  NoSuchVersion: 404,
  NoSuchWebsiteConfiguration: 404,
  NotImplemented: 501,
  ObjectLockConfigurationNotFoundError: 404,
  OwnershipControlsNotFoundError: 404,
  PreconditionFailed: 412,
  RequestTimeTooSkewed: 403,
  ReplicationConfigurationNotFoundError: 404,
  ServerSideEncryptionConfigurationNotFoundError: 404,
  ServiceUnavailable: 503,
  SignatureDoesNotMatch: 403,
  SlowDown: 503,
  XAmzContentSHA256Mismatch: 400,
} as const;

/** An error code of S3. */
export type S3ErrorCode = keyof typeof STATUS;

/** An error that only S3's protocol has. Errors of the domain are `EbbError` and are translated. */
export class S3Error extends Error {
  override readonly name = 'S3Error';
  readonly status: number;

  constructor(
    readonly code: S3ErrorCode,
    message: string,
    /** Further elements of the error document, such as `ActualObjectSize`. */
    readonly details: Readonly<Record<string, string | number>> = {},
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.status = STATUS[code];
  }
}

/** S3's names for Ebb's errors. The texts are S3's, because people search for them. */
const NAMES: Partial<Readonly<Record<ErrorCode, { readonly code: S3ErrorCode; readonly message?: string }>>> = {
  InvalidRequest: { code: 'InvalidRequest' },
  BucketNotFound: { code: 'NoSuchBucket', message: 'The specified bucket does not exist' },
  BucketAlreadyExists: { code: 'BucketAlreadyExists', message: 'The requested bucket name is not available.' },
  BucketNotEmpty: { code: 'BucketNotEmpty', message: 'The bucket you tried to delete is not empty' },
  ObjectNotFound: { code: 'NoSuchKey', message: 'The specified key does not exist.' },
  UploadNotFound: {
    code: 'NoSuchUpload',
    message:
      'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
  },
  InvalidPart: {
    code: 'InvalidPart',
    message:
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
  },
  InvalidRange: { code: 'InvalidRange', message: 'The requested range is not satisfiable' },
  PreconditionFailed: {
    code: 'PreconditionFailed',
    message: 'At least one of the pre-conditions you specified did not hold',
  },
  AccessDenied: { code: 'AccessDenied' },
  BadDigest: { code: 'BadDigest' },
  BodyTooLarge: { code: 'EntityTooLarge' },
  StorageFull: { code: 'ServiceUnavailable' },
  TooManyRequests: { code: 'SlowDown' },
  Unavailable: { code: 'ServiceUnavailable' },
};

/** Returns an error in S3's wording. An unexpected error becomes `InternalError`, without its text. */
export function toS3Error(error: unknown): S3Error {
  if (error instanceof S3Error) return error;
  const name = error instanceof EbbError ? NAMES[error.code] : undefined;
  if (name) return new S3Error(name.code, name.message ?? (error as EbbError).message, {}, { cause: error });
  return new S3Error('InternalError', 'We encountered an internal error. Please try again.', {}, { cause: error });
}

/** Returns the error for a function that Ebb does not have. It names the function, because S3's own text does not. */
export function notImplemented(what: string): S3Error {
  return new S3Error(
    'NotImplemented',
    `A header or query you provided implies functionality that is not implemented: ${what}.`,
  );
}

/** Returns the error document that every S3 client reads. */
export function errorDocument(error: S3Error, resource: string, requestId: string, hostId: string): string {
  const details = Object.entries(error.details).map(([name, value]) => element(name, value));
  return xmlDocument(
    'Error',
    element('Code', error.code),
    element('Message', error.message),
    ...details,
    element('Resource', resource),
    element('RequestId', requestId),
    element('HostId', hostId),
  );
}
