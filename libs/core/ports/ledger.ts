import type { Delivery } from '../delivery/delivery.js';
import type { EndedAttempt, FailureKind } from '../invocation/attempt.js';
import type { Invocation, InvocationRequest, SettledState } from '../invocation/invocation.js';

/**
 * The right to run one invocation until the lease ends. `attempt` is the fencing token: later leases have higher ones.
 */
export interface Lease {
  readonly invocationId: string;
  readonly attempt: number;
}

/** A worker's request for queued invocations of one endpoint. */
export interface LeaseRequest {
  readonly endpointName: string;
  readonly workerId: string;
  /** The most invocations to lease. */
  readonly count: number;
  readonly now: number;
  readonly leasedUntil: number;
  /** The slots that the attempts will run on, one for each in order. Only attempts with a slot go on record. */
  readonly slots?: readonly LeasedSlot[];
}

/** A slot on an instance, for one leased invocation. */
export interface LeasedSlot {
  readonly instanceId: string;
  readonly variantName: string;
  readonly instanceReadyAt?: number;
}

/** The end of an invocation, and why it ended. */
export interface Settlement {
  readonly state: SettledState;
  readonly settledAt: number;
  readonly failureReason?: string;
  readonly failureKind?: FailureKind;
  readonly responseContentType?: string;
  /** The end of the attempt that settles the invocation. */
  readonly ended?: EndedAttempt;
}

/** The settlement of an invocation that is no longer wanted. */
export type Cancellation = Pick<Settlement, 'settledAt' | 'failureReason'>;

/**
 * Records invocations and hands them out: the only way in which an invocation changes its state. The effect of a method
 * is on disk when its promise resolves. A call with a lease whose token is not the current one changes nothing and returns false. `StorageFull` and
 * `Unavailable` mean that nothing happened.
 */
export abstract class Ledger {
  /**
   * Records a new invocation as Queued. Records nothing and returns the earlier invocation in two cases: the endpoint
   * has seen the idempotency key within its window, or the invocation to be run again is being run again already.
   * Raises `InvocationNotSettled` if the invocation to be run again is not Failed, Expired or Cancelled.
   */
  abstract accept(
    request: InvocationRequest,
    signal?: AbortSignal,
  ): Promise<{ readonly invocation: Invocation; readonly repeated: boolean }>;

  /** Takes the first queued invocations of an endpoint by their `queuePlace`; empty if there are none. */
  abstract lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]>;

  /** Prolongs leases, and returns those that are still current. */
  abstract renew(leases: readonly Lease[], leasedUntil: number, signal?: AbortSignal): Promise<Lease[]>;

  /** Returns an invocation to the backlog, at its old place. A `broken` attempt counts against it. */
  abstract release(lease: Lease, broken: boolean, ended?: EndedAttempt, signal?: AbortSignal): Promise<boolean>;

  /**
   * Settles an invocation, and records the deliveries in the same transaction. Returns false, and does nothing, if the
   * lease is not current.
   */
  abstract settle(
    lease: Lease,
    settlement: Settlement,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean>;

  /**
   * Settles a queued or running invocation as Cancelled, whichever worker runs it. Returns false if it was settled
   * already.
   */
  abstract cancel(
    invocationId: string,
    cancellation: Cancellation,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean>;

  /**
   * Returns to the backlog the invocations whose lease has run out, and those that `workerId` holds (for a worker that
   * starts again under its old id). Returns the endpoints that got an invocation back.
   */
  abstract reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]>;

  /** Takes queued invocations whose time to live is over out of the backlog, leased to `workerId` to be settled. */
  abstract leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]>;
}
