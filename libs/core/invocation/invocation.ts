import type { NotificationKind } from '../endpoint/endpoint-config.js';
import type { AttemptRecord, FailureKind } from './attempt.js';
import type { Labels, Priority } from './submission.js';

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

/** A lease lasts this long and is renewed every third of it, whatever the age of the invocation. */
export const LEASE_MS = 30_000;
export const LEASE_RENEWAL_MS = 10_000;

export function hasExpired(invocation: InvocationRequest, now: number): boolean {
  return now >= invocation.expiresAt;
}
