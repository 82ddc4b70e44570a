import type { NotificationKind } from '../endpoint/endpoint-config.js';

/**
 * `Queued -> Running -> Completed | Failed | Expired | Cancelled`, and `Running -> Queued` when the instance or the
 * worker vanished. To *settle* an invocation is to bring it to one of the last four, from which nothing leads away.
 */
export const INVOCATION_STATES = ['Queued', 'Running', 'Completed', 'Failed', 'Expired', 'Cancelled'] as const;
export type InvocationState = (typeof INVOCATION_STATES)[number];
export type SettledState = 'Completed' | 'Failed' | 'Expired' | 'Cancelled';

const TRANSITIONS: Readonly<Record<InvocationState, readonly InvocationState[]>> = {
  Queued: ['Running', 'Expired', 'Failed', 'Cancelled'],
  Running: ['Queued', 'Completed', 'Failed', 'Expired', 'Cancelled'],
  Completed: [],
  Failed: [],
  Expired: [],
  Cancelled: [],
};

export function canBecome(from: InvocationState, to: InvocationState): boolean {
  return TRANSITIONS[from].includes(to);
}

export function isSettled(state: InvocationState): state is SettledState {
  return TRANSITIONS[state].length === 0;
}

/** Only what came to no result is run again. */
export function canBeRedriven(state: InvocationState): boolean {
  return state === 'Failed' || state === 'Expired' || state === 'Cancelled';
}

export const PRIORITIES = ['high', 'normal', 'low'] as const;
/** How an invocation stands to others of its endpoint while it is queued. */
export type Priority = (typeof PRIORITIES)[number];

/**
 * Priority is a head start in time, so that what waits gains on all that comes after it: nothing starves, and no place in
 * the queue is ever computed again.
 */
export const HEAD_START_MS: Readonly<Record<Priority, number>> = { high: 600_000, normal: 0, low: -600_000 };

/** Where an invocation stands in its endpoint's queue: the lowest is next, and of equals the one accepted first. */
export function queuePlace({
  acceptedAt,
  priority = 'normal',
}: Pick<InvocationRequest, 'acceptedAt' | 'priority'>): number {
  return acceptedAt - HEAD_START_MS[priority];
}

/** What callers find their invocations by. */
export type Labels = Readonly<Record<string, string>>;

/** What a caller hands in, already within its limits. */
export interface Submission {
  readonly endpointName: string;
  /** Exactly one: the address of an object, or the input itself, whole or as it comes in. */
  readonly input:
    | { readonly location: string }
    | { readonly body: Uint8Array }
    | { readonly stream: AsyncIterable<Uint8Array>; readonly sizeBytes?: number };
  readonly inferenceId?: string;
  readonly contentType?: string;
  readonly accept?: string;
  readonly customAttributes?: string;
  readonly pathExtension?: string;
  readonly filename?: string;
  readonly ttlSeconds?: number;
  /** Takes the place of `ttlSeconds`: the time by which it has to be begun. */
  readonly startBy?: number;
  readonly timeoutSeconds?: number;
  readonly idempotencyKey?: string;
  readonly callbackUrl?: string;
  readonly priority?: Priority;
  readonly labels?: Labels;
  /** The id of the access key that it came with. */
  readonly submittedBy?: string;
}

/** What a caller asked for, fixed when it was accepted. */
export interface InvocationRequest {
  /** Ours: unique and, as text, in the order of acceptance. Names the output object. */
  readonly id: string;
  /** The caller's label, or our id. Callers may repeat one: SageMaker documents no idempotency on it. */
  readonly inferenceId: string;
  readonly endpointName: string;
  /** `s3://` address of the input; that of the stored body when the input came inline. */
  readonly inputLocation: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Opaque text handed to the container verbatim. */
  readonly customAttributes?: string;
  readonly outputLocation: string;
  readonly failureLocation?: string;
  readonly acceptedAt: number;
  /** When it is given up if it has not started. */
  readonly expiresAt: number;
  /** How long the model may take. */
  readonly timeoutMs: number;
  /** A second accept with the same key on the same endpoint within `IDEMPOTENCY_WINDOW_MS` returns the first invocation. */
  readonly idempotencyKey?: string;
  /** Of all that was asked for with the idempotency key: tells a repeat from another request under the same key. */
  readonly fingerprint?: string;
  readonly priority?: Priority;
  readonly labels?: Labels;
  /** Told when the invocation is settled. */
  readonly callbackUrl?: string;
  /** The id of the access key that it came with. */
  readonly submittedBy?: string;
  /** The size of the input, where it came with the request. */
  readonly inputBytes?: number;
  /** The id of the invocation that this one runs again. */
  readonly redriveOf?: string;
  readonly successTopic?: string;
  readonly errorTopic?: string;
  readonly includeResponseIn: readonly NotificationKind[];
}

/** The durable record of one invocation. Times are milliseconds since the epoch. */
export interface Invocation extends InvocationRequest {
  readonly state: InvocationState;
  /** How often it was leased; the fencing token of the current lease. */
  readonly attempt: number;
  /** How many of its attempts broke their instance or the connection to it. */
  readonly brokenAttempts: number;
  readonly workerId?: string;
  readonly leasedUntil?: number;
  /** Where the current attempt runs. */
  readonly instanceId?: string;
  readonly variantName?: string;
  /** Since when that instance has been in service. */
  readonly instanceReadyAt?: number;
  /** When the current, or last, attempt began. */
  readonly startedAt?: number;
  /** The attempts that have ended, the newest `MAX_PAST_ATTEMPTS` of them; absent where there are none. */
  readonly pastAttempts?: readonly AttemptRecord[];
  readonly settledAt?: number;
  readonly failureReason?: string;
  /** Of one that did not complete. */
  readonly failureKind?: FailureKind;
  /** The id of the invocation that runs this one again. */
  readonly redrivenAs?: string;
  readonly responseContentType?: string;
}

/** One attempt that has ended, on one instance. */
export interface AttemptRecord extends EndedAttempt {
  /** The fencing token of its lease. */
  readonly number: number;
  readonly instanceId: string;
  readonly variantName?: string;
  readonly instanceReadyAt?: number;
  readonly startedAt?: number;
}

/** How and when an attempt has ended. */
export interface EndedAttempt {
  readonly endedAt: number;
  /** `lost`: its worker was not heard of any more. */
  readonly kind: AttemptEnd['kind'] | 'lost';
  /** What the container answered. */
  readonly status?: number;
  readonly reason?: string;
}

/** Why an invocation did not complete, as a class of errors to look for. */
export const FAILURE_KINDS = [
  'model-error',
  'timed-out',
  'bad-response',
  'input-unreadable',
  'output-unwritable',
  'abandoned',
  'instance-broke',
  'expired',
  'cancelled',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export const MAX_PAST_ATTEMPTS = 50;

/** For how long an idempotency key stands for the first request that came with it. */
export const IDEMPOTENCY_WINDOW_MS = 24 * 3_600_000;

export const REQUEST_TTL_SECONDS = { min: 60, max: 21_600, default: 21_600 } as const;
export const INVOCATION_TIMEOUT_SECONDS = { min: 1, max: 3600, default: 900 } as const;
export const MAX_INLINE_INPUT_BYTES = 128_000;
/** "Up to 1 GB", read as binary so that neither reading is refused. */
export const MAX_INPUT_BYTES = 1_073_741_824;

/** A lease lasts this long and is renewed every third of it, whatever the age of the invocation. */
export const LEASE_MS = 30_000;
export const LEASE_RENEWAL_MS = 10_000;

/** After this many broken attempts the invocation itself is taken for the cause. */
export const MAX_BROKEN_ATTEMPTS = 3;

export function hasExpired(invocation: InvocationRequest, now: number): boolean {
  return now >= invocation.expiresAt;
}

/** Where the results of one invocation go, relative to its endpoint's paths. */
export interface OutputNaming {
  readonly outputPath: string;
  readonly failurePath?: string;
  /** `S3OutputPathExtension`: joined to both paths. */
  readonly pathExtension?: string;
  /** `Filename`: used as it stands in place of `<id>.out`. */
  readonly filename?: string;
}

/**
 * The output and failure locations: `<path>/[<extension>/]<id>.out` and `<id>-error.out`, or with a filename
 * `<filename>` and `<filename>-error.out`. AWS publishes neither the failure name nor how a filename and an extension
 * combine; see docs/compatibility.md.
 */
export function resultLocations(id: string, naming: OutputNaming): { output: string; failure?: string } {
  const within = (path: string, name: string): string => {
    const parts = [trimSlashes(path, false), trimSlashes(naming.pathExtension ?? '', true), name];
    return parts.filter((part) => part !== '').join('/');
  };
  const output = within(naming.outputPath, naming.filename ?? `${id}.out`);
  if (naming.failurePath === undefined) return { output };
  return { output, failure: within(naming.failurePath, `${naming.filename ?? id}-error.out`) };
}

function trimSlashes(path: string, leadingToo: boolean): string {
  const trailing = path.replace(/\/+$/, '');
  return leadingToo ? trailing.replace(/^\/+/, '') : trailing;
}

/** How one attempt to run an invocation ended. */
export type AttemptEnd =
  | { readonly kind: 'succeeded'; readonly contentType?: string }
  /** The container answered 4xx or 5xx. */
  | { readonly kind: 'model-error'; readonly status: number }
  | { readonly kind: 'timed-out' }
  /** The response began but broke off, was over-long in its headers, or cannot be taken for another reason. */
  | { readonly kind: 'bad-response'; readonly reason: string }
  | { readonly kind: 'input-unreadable'; readonly reason: string }
  | { readonly kind: 'output-unwritable'; readonly reason: string }
  /** Nobody will run it: its endpoint is being deleted. */
  | { readonly kind: 'abandoned'; readonly reason: string }
  /** Its time in the backlog was over before it started. */
  | { readonly kind: 'expired' }
  /** The instance went away, with `reason` where that is known, or the connection was refused or reset before a response. */
  | { readonly kind: 'instance-broke'; readonly reason?: string }
  /** Our own worker stops: not the model's doing and not counted. */
  | { readonly kind: 'worker-stopped' }
  /** It was settled as Cancelled while it ran. */
  | { readonly kind: 'cancelled' };

/** Whether the model has seen the request and answered it, well or badly. */
export function hasAnswered({ kind }: AttemptEnd): boolean {
  return kind === 'succeeded' || kind === 'model-error' || kind === 'bad-response';
}

/** What is kept of the end of an attempt. */
export function endedAttempt(end: AttemptEnd, endedAt: number): EndedAttempt {
  return {
    endedAt,
    kind: end.kind,
    ...('status' in end && { status: end.status }),
    ...('reason' in end && end.reason !== undefined && { reason: end.reason }),
  };
}

export const CANCELLED_REASON = 'ClientError: The request was cancelled.';

export type AfterAttempt =
  | {
      readonly do: 'settle';
      readonly state: SettledState;
      readonly failureReason?: string;
      readonly failureKind?: FailureKind;
    }
  | { readonly do: 'requeue'; readonly broken: boolean }
  /** It is settled already. */
  | { readonly do: 'nothing' };

/**
 * The table of what is retried. Only attempts that the model had no fair chance at go back to the backlog; an answer
 * of the model, bad or late, is final at once, as with SageMaker.
 */
export function afterAttempt(invocation: Invocation, end: AttemptEnd): AfterAttempt {
  switch (end.kind) {
    case 'succeeded':
      return { do: 'settle', state: 'Completed' };
    case 'model-error':
      return failed(end.kind, modelErrorReason(end.status));
    case 'timed-out':
      return failed(
        end.kind,
        'ClientError: Received server error (0) from model. The model did not answer within ' +
          `${Math.round(invocation.timeoutMs / 1000)} seconds. ${SEE_LOGS}`,
      );
    case 'bad-response':
    case 'input-unreadable':
    case 'output-unwritable':
    case 'abandoned':
      return failed(end.kind, `ClientError: ${end.reason}`);
    case 'expired':
      return {
        do: 'settle',
        state: 'Expired',
        failureKind: 'expired',
        failureReason: 'ClientError: The request expired: it was not processed within its time to live.',
      };
    case 'instance-broke':
      return invocation.brokenAttempts + 1 >= MAX_BROKEN_ATTEMPTS
        ? failed(
            end.kind,
            `ClientError: Could not get a response from the ${invocation.endpointName} endpoint: ` +
              `${MAX_BROKEN_ATTEMPTS} attempts at this request broke their instance or its connection. ` +
              `${end.reason === undefined ? '' : `The last one: ${end.reason} `}${SEE_LOGS}`,
          )
        : { do: 'requeue', broken: true };
    case 'worker-stopped':
      return { do: 'requeue', broken: false };
    case 'cancelled':
      return { do: 'nothing' };
  }
}

const SEE_LOGS = 'See the SageMaker Endpoint logs in your account for more information.';

/** The wording of SageMaker's own notifications, which say "ClientError" for a container's 5xx too. */
function modelErrorReason(status: number): string {
  const whose = status >= 500 ? 'server' : 'client';
  return `ClientError: Received ${whose} error (${status}) from model. ${SEE_LOGS}`;
}

function failed(failureKind: FailureKind, failureReason: string): AfterAttempt {
  return { do: 'settle', state: 'Failed', failureReason, failureKind };
}
