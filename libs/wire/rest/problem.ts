import { type ErrorCode, EbbError } from '../../core/errors.js';

/** One broken rule of a request. `field` is its place, such as `query.limit` or `body.labels.team`. */
export interface BrokenRule {
  readonly field: string;
  readonly rule: string;
}

/** The error of a request that breaks rules; it names all of them. */
export class BrokenRules extends EbbError {
  constructor(readonly errors: readonly BrokenRule[]) {
    super('InvalidRequest', errors.map(({ field, rule }) => `${field}: ${rule}`).join('; '));
  }
}

/** An error as RFC 9457 writes it (`application/problem+json`), with members of Ebb's own. */
export interface Problem {
  /** The address of the page about the problem. */
  readonly type: string;
  /** A title that all problems of the type share. */
  readonly title: string;
  readonly status: number;
  /** The cause of this problem in this request. */
  readonly detail: string;
  /** A stable code for programs. */
  readonly code: ProblemCode;
  readonly errors?: readonly BrokenRule[];
  /** Names the request in Ebb's log. */
  readonly requestId: string;
}

/** The media type of a problem. */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
}

const KINDS = {
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
  MethodNotAllowed: { status: 405, title: 'The route does not know this method' },
  EndpointNotReady: { status: 409, title: 'The endpoint does not allow this in its present state' },
  WrongInferenceType: { status: 409, title: 'The endpoint is of another kind' },
  AlreadyExists: { status: 409, title: 'It exists already' },
  ChangeInProgress: { status: 409, title: 'Another change is under way' },
  IdempotencyConflict: { status: 409, title: 'The idempotency key was used for another request' },
  InvocationSettled: { status: 409, title: 'The invocation has ended already' },
  InvocationNotSettled: { status: 409, title: 'The invocation has not ended in this way' },
  InvocationFailed: { status: 422, title: 'The invocation did not complete' },
  PreconditionFailed: { status: 412, title: 'A condition of the request does not hold' },
  BodyTooLarge: { status: 413, title: 'The body is too long' },
  UnsupportedContentType: { status: 415, title: 'The body is in a form that the route does not take' },
  InvalidRange: { status: 416, title: 'The range lies outside' },
  LimitExceeded: { status: 422, title: 'There would be more than are allowed' },
  ModelDataUnusable: { status: 422, title: 'The model data cannot be used' },
  QuotaExceeded: { status: 429, title: 'A quota of the access key is used up' },
  TooManyRequests: { status: 429, title: 'Too many requests' },
  IntakePaused: { status: 503, title: 'The endpoint takes no work for the time being' },
  InstanceUnavailable: { status: 503, title: 'The instance does not answer' },
  Unavailable: { status: 503, title: 'Something that Ebb depends on does not answer' },
  InternalFailure: { status: 500, title: 'Ebb itself failed' },
  StorageFull: { status: 507, title: 'Storage has no room' },
} as const satisfies Partial<Record<ErrorCode | 'InternalFailure', ProblemKind>>;

/** The code by which programs tell problems apart. */
export type ProblemCode = keyof typeof KINDS;

/** Every problem that the REST API answers with. An error that is not listed becomes `InternalFailure`. */
export const PROBLEMS: Readonly<Record<ProblemCode, ProblemKind>> = KINDS;

/** Tells whether a code is that of a listed problem. */
export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** Returns the problem of an error. If the error is not Ebb's own, the problem hides its text. */
export function problemOf(error: unknown, requestId: string): Problem {
  const isKnown = error instanceof EbbError && isProblemCode(error.code);
  const code = isKnown ? error.code : 'InternalFailure';
  return {
    type: problemPath(code),
    title: PROBLEMS[code].title,
    status: PROBLEMS[code].status,
    detail: isKnown ? error.message : `Look for the request id ${requestId} in the log of Ebb.`,
    code,
    ...(error instanceof BrokenRules && { errors: error.errors }),
    requestId,
  };
}

/** Returns the address of the page about a problem. */
export function problemPath(code: ProblemCode): string {
  return `/v1/errors/${kebab(code)}`;
}

/** Returns `InvalidRequest` as `invalid-request`, the form in addresses and headings. */
export function kebab(code: string): string {
  return code.replace(/(?<!^)(?=[A-Z])/g, '-').toLowerCase();
}
