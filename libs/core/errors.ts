/**
 * Every error that Ebb itself raises, by code. A code is never reused for another meaning; the edges (`libs/wire`) map
 * codes to what each protocol calls them, so nothing below the edges knows HTTP or AWS error names.
 */
export const ERROR_CODES = [
  /** A member of a request breaks a rule; the message names the member and the rule. */
  'InvalidRequest',
  /** The operation or route does not exist here. */
  'UnknownOperation',
  /** The route exists, but not with this method. */
  'MethodNotAllowed',
  /** The body is in a form that the route does not take. */
  'UnsupportedContentType',
  'EndpointNotFound',
  /** The endpoint exists but its status does not allow the call. */
  'EndpointNotReady',
  /** An asynchronous call on an endpoint that is not asynchronous, or the reverse. */
  'WrongInferenceType',
  'EndpointConfigNotFound',
  'ModelNotFound',
  'AlreadyExists',
  /** A change was asked for while another change of the same thing is under way. */
  'ChangeInProgress',
  'ScalableTargetNotFound',
  'ScalingPolicyNotFound',
  'ScheduledActionNotFound',
  'AlarmNotFound',
  /** More of a kind than one account or resource may have. */
  'LimitExceeded',
  /** An ARN names nothing that is here. */
  'ResourceNotFound',
  'TooManyTags',
  'InvocationNotFound',
  /** The invocation has come to its end already: it cannot be cancelled any more. */
  'InvocationSettled',
  /** The invocation has not come to the end that the call needs: there is no output yet, or nothing to be run again. */
  'InvocationNotSettled',
  /** The invocation has ended, and not with an output. */
  'InvocationFailed',
  /** The idempotency key came with another request before. */
  'IdempotencyConflict',
  /** The endpoint takes no new invocations for the time being: an operator has paused its intake. */
  'IntakePaused',
  'DeliveryNotFound',
  'InstanceNotFound',
  'BucketNotFound',
  'BucketAlreadyExists',
  'BucketNotEmpty',
  'ObjectNotFound',
  'UploadNotFound',
  'InvalidPart',
  'InvalidRange',
  'PreconditionFailed',
  /** The body does not match the checksum or the length that came with it. */
  'BadDigest',
  'BodyTooLarge',
  'TopicNotFound',
  'SubscriptionNotFound',
  'InvalidNextToken',
  /** The image is not one that the operator listed. */
  'ImageNotFound',
  /** The model archive cannot be used: missing, unreadable, or unsafe to unpack. */
  'ModelDataUnusable',
  /** An instance never became healthy, or went away while it was needed. */
  'InstanceUnavailable',
  /** Nobody knows whose request it is: credentials are missing, wrong, revoked or out of date. */
  'Unauthenticated',
  /** The caller is known and may not do this. */
  'AccessDenied',
  'AccessKeyNotFound',
  /** The caller has as much queued, running or stored as it may. */
  'QuotaExceeded',
  /** The caller asks more often than it may. */
  'TooManyRequests',
  /** Storage has no room: nothing was accepted. */
  'StorageFull',
  /** Something that Ebb depends on does not answer; the same call may work later. */
  'Unavailable',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** An error in the domain's terms. `message` is meant for the person who made the request. */
export class EbbError extends Error {
  override readonly name = 'EbbError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

/** Whether `error` is Ebb's own error, optionally one of the given codes. */
export function isEbbError(error: unknown, ...codes: ErrorCode[]): error is EbbError {
  return error instanceof EbbError && (codes.length === 0 || codes.includes(error.code));
}

/** Whether something that Ebb depends on failed, rather than what was asked of it: the same may go well later. */
export function isOutage(error: unknown): boolean {
  return isEbbError(error, 'Unavailable', 'StorageFull');
}
