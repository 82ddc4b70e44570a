/** The end of one attempt to run an invocation. */
export type AttemptEnd =
  | { readonly kind: 'succeeded'; readonly contentType?: string }
  /** The container answered 4xx or 5xx. */
  | { readonly kind: 'model-error'; readonly status: number }
  | { readonly kind: 'timed-out' }
  /** The response began and broke off, had headers that are too long, or cannot be taken for another reason. */
  | { readonly kind: 'bad-response'; readonly reason: string }
  | { readonly kind: 'input-unreadable'; readonly reason: string }
  | OutputUnwritable
  /** The invocation will not run, because its endpoint is being deleted. */
  | { readonly kind: 'abandoned'; readonly reason: string }
  /** Its time in the backlog was over before it started. */
  | { readonly kind: 'expired' }
  /**
   * The instance went away, for `reason` if that is known, or the connection was refused or reset before a response.
   */
  | { readonly kind: 'instance-broke'; readonly reason?: string }
  /** Ebb's own worker stops. The attempt is not counted, because the model did not cause this. */
  | { readonly kind: 'worker-stopped' }
  /** It was settled as Cancelled while it ran. */
  | { readonly kind: 'cancelled' };

/** The model has answered, but its answer could not be stored. */
export interface OutputUnwritable {
  readonly kind: 'output-unwritable';
  readonly reason: string;
}

/** An attempt settles its invocation without a result. */
export interface Failing {
  readonly do: 'settle';
  readonly state: 'Failed' | 'Expired';
  readonly failureReason: string;
  readonly failureKind: FailureKind;
}

/** An attempt settles its invocation. */
export type Settling =
  | Failing
  | {
      readonly do: 'settle';
      readonly state: 'Completed';
      readonly failureReason?: undefined;
      readonly failureKind?: undefined;
    };

/** The effect of an attempt on its invocation. */
export type AfterAttempt =
  | Settling
  /** It goes back to the backlog. A `broken` attempt counts against it. */
  | { readonly do: 'requeue'; readonly broken: boolean }
  /** It is settled already. */
  | { readonly do: 'nothing' };

/** The broken attempts after which the invocation itself is taken for the cause. */
export const MAX_BROKEN_ATTEMPTS = 3;

/** The facts about an invocation that decide the effect of an attempt. */
interface Attempted {
  readonly endpointName: string;
  /** Without this attempt. */
  readonly brokenAttempts: number;
  readonly timeoutMs: number;
}

/**
 * Decides what is retried. An attempt goes back to the backlog only if the model had no fair chance at it. An answer of
 * the model, bad or late, is final at once, as in SageMaker.
 */
export function afterAttempt(invocation: Attempted, end: OutputUnwritable): Failing;
export function afterAttempt(invocation: Attempted, end: AttemptEnd): AfterAttempt;
export function afterAttempt(invocation: Attempted, end: AttemptEnd): AfterAttempt {
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

/** Returns the wording of SageMaker's own notifications, which say "ClientError" for a container's 5xx too. */
function modelErrorReason(status: number): string {
  const whose = status >= 500 ? 'server' : 'client';
  return `ClientError: Received ${whose} error (${status}) from model. ${SEE_LOGS}`;
}

function failed(failureKind: FailureKind, failureReason: string): Failing {
  return { do: 'settle', state: 'Failed', failureReason, failureKind };
}

/** The failure reason of a cancelled invocation. */
export const CANCELLED_REASON = 'ClientError: The request was cancelled.';

/** Returns whether the model has seen the request and answered it, well or badly. */
export function hasAnswered({ kind }: AttemptEnd): boolean {
  return kind === 'succeeded' || kind === 'model-error' || kind === 'bad-response';
}

/** The way an attempt ended, and when. */
export interface EndedAttempt {
  readonly endedAt: number;
  /** `lost` if the attempt's worker went silent. */
  readonly kind: AttemptEnd['kind'] | 'lost';
  /** The status that the container answered. */
  readonly status?: number;
  readonly reason?: string;
}

/** Returns the record of an attempt's end. */
export function endedAttempt(end: AttemptEnd, endedAt: number): EndedAttempt {
  return {
    endedAt,
    kind: end.kind,
    ...('status' in end && { status: end.status }),
    ...('reason' in end && end.reason !== undefined && { reason: end.reason }),
  };
}

/** One ended attempt on one instance. */
export interface AttemptRecord extends EndedAttempt {
  /** The fencing token of its lease. */
  readonly number: number;
  readonly instanceId: string;
  readonly variantName?: string;
  readonly instanceReadyAt?: number;
  readonly startedAt?: number;
}

/** The most ended attempts that are kept of one invocation: the newest. */
export const MAX_PAST_ATTEMPTS = 50;

/** The classes of errors by which users search for invocations that did not complete. */
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
