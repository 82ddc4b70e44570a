import type { Delivery } from '../delivery/delivery.js';
import type { EndedAttempt, FailureKind } from '../invocation/attempt.js';
import type { Backlog } from '../invocation/backlog.js';
import type { Invocation, InvocationRequest, InvocationState, SettledState } from '../invocation/invocation.js';
import type { Labels } from '../invocation/submission.js';

/** The right to run one invocation until it runs out. `attempt` is the fencing token: later leases have higher ones. */
export interface Lease {
  readonly invocationId: string;
  readonly attempt: number;
}

export interface LeaseRequest {
  readonly endpointName: string;
  readonly workerId: string;
  /** At most this many. */
  readonly count: number;
  readonly now: number;
  readonly leasedUntil: number;
  /** Where the attempts will run, one for each in order: only those go on record. */
  readonly slots?: readonly LeasedSlot[];
}

export interface LeasedSlot {
  readonly instanceId: string;
  readonly variantName: string;
  readonly instanceReadyAt?: number;
}

export interface Settlement {
  readonly state: SettledState;
  readonly settledAt: number;
  readonly failureReason?: string;
  readonly failureKind?: FailureKind;
  readonly responseContentType?: string;
  /** How the attempt ended that it comes of. */
  readonly ended?: EndedAttempt;
}

/** How an invocation is settled that is not wanted any more. */
export type Cancellation = Pick<Settlement, 'settledAt' | 'failureReason'>;

export interface InvocationQuery {
  readonly endpointName?: string;
  readonly states?: readonly InvocationState[];
  readonly failureKinds?: readonly FailureKind[];
  /** The name that callers gave it; one that none gave is found by `find`. */
  readonly inferenceId?: string;
  /** All of these. */
  readonly labels?: Labels;
  readonly submittedBy?: string;
  /** Accepted at or after, and before. */
  readonly acceptedFrom?: number;
  readonly acceptedBefore?: number;
  /** The id of the last invocation of the page before; newest come first. */
  readonly after?: string;
  /** At most this many; 100 unless told. */
  readonly limit?: number;
}

/** What an access key has in the backlog. */
export interface KeyLoad {
  readonly queued: number;
  readonly running: number;
  /** Of the inputs that came with their requests. */
  readonly inputBytes: number;
}

/** Nobody is told a place in the queue that is further back. */
export const MAX_POSITION = 10_000;

/**
 * The durable record of every invocation and the queue over it. What a method has promised is on disk when its promise
 * resolves. A lease whose token is not the current one changes nothing: such calls return false. `StorageFull` and
 * `Unavailable` mean that nothing happened.
 */
export abstract class Ledger {
  /**
   * Records a new invocation as Queued. With an idempotency key that this endpoint has seen within its window, or where
   * what it is to run again is being run again already, records nothing and returns that invocation. Raises
   * `InvocationNotSettled` where what it is to run again is not Failed, Expired or Cancelled.
   */
  abstract accept(
    request: InvocationRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly invocation: Invocation; readonly repeated: boolean }>;

  /** Takes the first queued invocations of an endpoint by their `queuePlace`; empty when there are none. */
  abstract lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]>;

  /** Prolongs leases; returns those that still hold. */
  abstract renew(leases: readonly Lease[], leasedUntil: number, signal?: AbortSignal): Promise<Lease[]>;

  /** Gives an invocation back to the backlog, at its old place. `broken` counts against the invocation. */
  abstract release(lease: Lease, broken: boolean, ended?: EndedAttempt, signal?: AbortSignal): Promise<boolean>;

  /** Settles, and records the deliveries in the same transaction. False when the lease is not current: nothing is done. */
  abstract settle(
    lease: Lease,
    settlement: Settlement,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean>;

  /** Settles a queued or running invocation as Cancelled whoever runs it; false when it was settled already. */
  abstract cancel(
    invocationId: string,
    cancellation: Cancellation,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean>;

  /**
   * Gives back the invocations whose lease has run out, or that `workerId` holds (used by a worker that starts again
   * under its old id). Returns the endpoints that got something back.
   */
  abstract reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]>;

  /** Takes queued invocations whose time to live is over out of the backlog, leased to `workerId` to be settled. */
  abstract leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]>;

  abstract find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined>;
  /** The invocation for which an idempotency key of an endpoint stands at `now`. */
  abstract findByKey(
    endpointName: string,
    idempotencyKey: string,
    now: number,
    signal?: AbortSignal,
  ): Promise<Invocation | undefined>;
  /** How many are before it in its queue, `MAX_POSITION` at most; undefined unless it is queued. */
  abstract position(invocationId: string, signal?: AbortSignal): Promise<number | undefined>;
  abstract list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]>;

  /** In constant time however deep the backlog is. */
  abstract backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog>;
  /** In constant time too. */
  abstract keyLoad(submittedBy: string, signal?: AbortSignal): Promise<KeyLoad>;
  /** The endpoints that have anything queued or running. */
  abstract endpointsWithBacklog(signal?: AbortSignal): Promise<string[]>;
}
