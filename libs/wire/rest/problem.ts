import { type ErrorCode, EbbError } from '../../core/errors.js';

/** One broken rule of a request: where it stands, as `query.limit` or `body.labels.team`, and what it breaks. */
export interface BrokenRule {
  readonly field: string;
  readonly rule: string;
}

/** A request that breaks rules, all of them named. */
export class BrokenRules extends EbbError {
  constructor(readonly errors: readonly BrokenRule[]) {
    super('InvalidRequest', errors.map(({ field, rule }) => `${field}: ${rule}`).join('; '));
  }
}

/** An error as RFC 9457 writes it (`application/problem+json`), with members of Ebb's own. */
export interface Problem {
  /** The address of the page about it. */
  readonly type: string;
  /** The same for every problem of the type. */
  readonly title: string;
  readonly status: number;
  /** What is the matter with this request. */
  readonly detail: string;
  /** Stable: what programs look at. */
  readonly code: ErrorCode | 'InternalFailure';
  readonly errors?: readonly BrokenRule[];
  /** Names the request in Ebb's log. */
  readonly requestId: string;
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

/** Every problem that the REST API answers with. What is not listed is Ebb's own failure. */
export const PROBLEMS: Partial<Readonly<Record<ErrorCode, ProblemKind>>> = {
  InvalidRequest: { status: 400, title: 'The request breaks a rule' },
  InvalidNextToken: { status: 400, title: 'The cursor is not one of this listing' },
  Unauthenticated: { status: 401, title: 'Credentials are missing or not valid' },
  AccessDenied: { status: 403, title: 'The access key does not allow this' },
  UnknownOperation: { status: 404, title: 'There is no such route' },
  EndpointNotFound: { status: 404, title: 'There is no such endpoint' },
  EndpointConfigNotFound: { status: 404, title: 'There is no such endpoint config' },
  ModelNotFound: { status: 404, title: 'There is no such model' },
  InvocationNotFound: { status: 404, title: 'There is no such invocation' },
  DeliveryNotFound: { status: 404, title: 'There is no such delivery' },
  InstanceNotFound: { status: 404, title: 'There is no such instance' },
  AccessKeyNotFound: { status: 404, title: 'There is no such access key' },
  ObjectNotFound: { status: 404, title: 'There is no such object' },
  BucketNotFound: { status: 404, title: 'There is no such bucket' },
  TopicNotFound: { status: 404, title: 'There is no such topic' },
  ImageNotFound: { status: 404, title: 'There is no such image' },
  EndpointNotReady: { status: 409, title: 'The endpoint does not allow this in its present state' },
  WrongInferenceType: { status: 409, title: 'The endpoint is of another kind' },
  AlreadyExists: { status: 409, title: 'It exists already' },
  ChangeInProgress: { status: 409, title: 'Another change is under way' },
  IdempotencyConflict: { status: 409, title: 'The idempotency key was used for another request' },
  InvocationSettled: { status: 409, title: 'The invocation has ended already' },
  InvocationNotSettled: { status: 409, title: 'The invocation has not ended in this way' },
  PreconditionFailed: { status: 412, title: 'A condition of the request does not hold' },
  BodyTooLarge: { status: 413, title: 'The body is too long' },
  InvalidRange: { status: 416, title: 'The range lies outside' },
  LimitExceeded: { status: 422, title: 'There would be more than are allowed' },
  ModelDataUnusable: { status: 422, title: 'The model data cannot be used' },
  QuotaExceeded: { status: 429, title: 'A quota of the access key is used up' },
  TooManyRequests: { status: 429, title: 'Too many requests' },
  IntakePaused: { status: 503, title: 'The endpoint takes no work for the time being' },
  InstanceUnavailable: { status: 503, title: 'The instance does not answer' },
  Unavailable: { status: 503, title: 'Something that Ebb depends on does not answer' },
  StorageFull: { status: 507, title: 'Storage has no room' },
};

const INTERNAL: ProblemKind = { status: 500, title: 'Ebb itself failed' };

/** What an error comes to for the caller. Of an error that is not Ebb's own, nothing is told but that it happened. */
export function problemOf(error: unknown, requestId: string): Problem {
  const known = error instanceof EbbError ? PROBLEMS[error.code] : undefined;
  const { status, title } = known ?? INTERNAL;
  const code = known ? (error as EbbError).code : 'InternalFailure';
  return {
    type: `/v1/errors/${kebab(code)}`,
    title,
    status,
    detail: known ? (error as EbbError).message : `Look for the request id ${requestId} in the log of Ebb.`,
    code,
    ...(error instanceof BrokenRules && { errors: error.errors }),
    requestId,
  };
}

/** `InvalidRequest` as `invalid-request`, as addresses and headings have it. */
export function kebab(code: string): string {
  return code.replace(/(?<!^)(?=[A-Z])/g, '-').toLowerCase();
}
