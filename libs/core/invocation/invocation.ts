import type { NotificationKind } from '../endpoint/endpoint-config.js';
import type { AttemptRecord, FailureKind } from './attempt.js';
import type { Labels, Priority } from './submission.js';

/**
 * The states of an invocation. It goes from Queued to Running, and back when the instance or the worker vanished. To
 * *settle* an invocation, queued or running, is to bring it to one of the last four states, which it never leaves.
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

/** Returns whether an invocation may go from one state to the other. */
export function canBecome(from: InvocationState, to: InvocationState): boolean {
  return TRANSITIONS[from].includes(to);
}

/** Returns whether an invocation in this state is settled. */
export function isSettled(state: InvocationState): state is SettledState {
  return TRANSITIONS[state].length === 0;
}

/** Returns whether an invocation in this state may be run again: only if it came to no result. */
export function canBeRedriven(state: InvocationState): boolean {
  return state === 'Failed' || state === 'Expired' || state === 'Cancelled';
}

/** The request of a caller, fixed when it was accepted. */
export interface InvocationRequest {
  /** Ebb's own id, which names the output object. Ids are unique and sort, as text, in the order of acceptance. */
  readonly id: string;
  /** The caller's label, or Ebb's id. Callers may repeat a label, because SageMaker documents no idempotency for it. */
  readonly inferenceId: string;
  readonly endpointName: string;
  /** The `s3://` address of the input, or of the stored body if the input came inline. */
  readonly inputLocation: string;
  readonly contentType?: string;
  readonly accept?: string;
  /** Opaque text that the container gets verbatim. */
  readonly customAttributes?: string;
  readonly outputLocation: string;
  readonly failureLocation?: string;
  readonly acceptedAt: number;
  /** When the invocation expires if it has not started. */
  readonly expiresAt: number;
  /** How long the model may take. */
  readonly timeoutMs: number;
  /**
   * A second accept with the same key on the same endpoint within `IDEMPOTENCY_WINDOW_MS` returns the first invocation.
   */
  readonly idempotencyKey?: string;
  /**
   * Identifies everything that was requested with the idempotency key, to tell a repeat from another request with that
   * key.
   */
  readonly fingerprint?: string;
  readonly priority?: Priority;
  readonly labels?: Labels;
  /** The URL that is called when the invocation is settled. */
  readonly callbackUrl?: string;
  /** The id of the access key that submitted it. */
  readonly submittedBy?: string;
  /** The size of the input, if it came with the request. */
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
  /** How often the invocation was leased, which is also the fencing token of the current lease. */
  readonly attempt: number;
  /** How many of its attempts broke their instance or the connection to it. */
  readonly brokenAttempts: number;
  readonly workerId?: string;
  readonly leasedUntil?: number;
  /** The instance that the current attempt runs on. */
  readonly instanceId?: string;
  readonly variantName?: string;
  /** When that instance came into service. */
  readonly instanceReadyAt?: number;
  /** When the current or last attempt began. */
  readonly startedAt?: number;
  /** The ended attempts, of which the newest `MAX_PAST_ATTEMPTS` are kept; absent if there are none. */
  readonly pastAttempts?: readonly AttemptRecord[];
  readonly settledAt?: number;
  readonly failureReason?: string;
  /** Present if the invocation did not complete. */
  readonly failureKind?: FailureKind;
  /** The id of the invocation that runs this one again. */
  readonly redrivenAs?: string;
  readonly responseContentType?: string;
}

/** How long a lease lasts, and how often it is renewed: the same for a young and an old invocation. */
export const LEASE_MS = 30_000;
export const LEASE_RENEWAL_MS = 10_000;

/** Returns whether an invocation's time in the backlog is over. */
export function hasExpired(invocation: InvocationRequest, now: number): boolean {
  return now >= invocation.expiresAt;
}
