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
  /** A change was requested while another change of the same resource is under way. */
  'ChangeInProgress',
  'ScalableTargetNotFound',
  'ScalingPolicyNotFound',
  'ScheduledActionNotFound',
  'AlarmNotFound',
  /** The request would exceed the number that one account or resource may have. */
  'LimitExceeded',
  /** The ARN names no resource here. */
  'ResourceNotFound',
  'TooManyTags',
  'InvocationNotFound',
  /** The invocation is settled already, so it cannot be cancelled. */
  'InvocationSettled',
  /** The invocation is not in the settled state that the call needs: it has no output yet, or cannot be run again. */
  'InvocationNotSettled',
  /** The invocation was settled without an output. */
  'InvocationFailed',
  /** The idempotency key came with another request before. */
  'IdempotencyConflict',
  /** The endpoint takes no new invocations at present, because an operator has paused its intake. */
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
  /** The image is not on the operator's list. */
  'ImageNotFound',
  /** The model archive cannot be used: missing, unreadable, or unsafe to unpack. */
  'ModelDataUnusable',
  /** An instance never became healthy, or went away while it was needed. */
  'InstanceUnavailable',
  /** The caller is unknown: credentials are missing, wrong, revoked or out of date. */
  'Unauthenticated',
  /** The caller is known but may not do this. */
  'AccessDenied',
  'AccessKeyNotFound',
  /** The caller has as much queued, running or stored as its quotas allow. */
  'QuotaExceeded',
  /** The caller sends more requests than its quota allows. */
  'TooManyRequests',
  /** Storage is full; nothing was accepted. */
  'StorageFull',
  /** A service that Ebb depends on does not answer; the same call may work later. */
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

/** Returns whether `error` is Ebb's own error and, if codes are given, has one of them. */
export function isEbbError(error: unknown, ...codes: ErrorCode[]): error is EbbError {
  return error instanceof EbbError && (codes.length === 0 || codes.includes(error.code));
}

/**
 * Returns whether a service that Ebb depends on failed, rather than the request; the same request may succeed later.
 */
export function isOutage(error: unknown): boolean {
  return isEbbError(error, 'Unavailable', 'StorageFull');
}

/** What an error says, without the name of its class. One without a message says its code, or else that name. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, message, name } = error as Error & { readonly code?: unknown };
  return message || (typeof code === 'string' ? code : name);
}
