import type { DeliveryAttempt } from '../delivery/delivery-attempt.js';
import type { Delivery } from '../delivery/delivery.js';

/** A due delivery, and how often it has failed so far. */
export interface DueDelivery {
  readonly delivery: Delivery;
  readonly failures: number;
}

/** The outcome of an attempt at a delivery. */
export type DeliveryOutcome =
  /** Finished; the deliveries in `replacedBy` are recorded in the same transaction. A callback stays on record. */
  | { readonly kind: 'done'; readonly replacedBy?: readonly Delivery[] }
  | { readonly kind: 'retry'; readonly at: number; readonly reason: string }
  /** Given up: kept with its reason, and tried again only on request. */
  | { readonly kind: 'given-up'; readonly reason: string };

/** The states of a delivery on record. */
export const DELIVERY_STATES = ['waiting', 'delivered', 'given-up'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A delivery with its state and its attempts so far. */
export interface KnownDelivery {
  readonly delivery: Delivery;
  readonly state: DeliveryState;
  readonly failures: number;
  /** When it is tried next; present while it waits. */
  readonly dueAt?: number;
  /** When it was delivered or given up. */
  readonly doneAt?: number;
  /** Why the last attempt failed. */
  readonly reason?: string;
  /** The newest `MAX_KEPT_ATTEMPTS` attempts, in order. */
  readonly attempts: readonly DeliveryAttempt[];
}

/** A query for deliveries, one page at a time. */
export interface DeliveryQuery {
  readonly state?: DeliveryState;
  /** The id of the last delivery on the page before; the newest come first. */
  readonly after?: string;
  readonly limit: number;
}

/** The destinations that nothing may be sent to now. */
export type Closed = Pick<ReadonlySet<string>, 'has'>;

/**
 * The deliveries that are under way. The ledger writes them in the same transaction as the settlement that they report;
 * other code enqueues them here. A delivery that was taken but not recorded comes back when `takenUntil` has passed, or
 * as soon as its taker is known to be gone. Delivered callbacks, and all deliveries that were given up, stay on record
 * until they are forgotten.
 */
export abstract class Outbox {
  abstract enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void>;
  /**
   * Takes due deliveries, roughly the oldest due first. It takes none to `closed` destinations, however many of theirs
   * are due earlier.
   */
  abstract take(
    count: number,
    now: number,
    takenUntil: number,
    closed?: Closed,
    signal?: AbortSignal,
  ): Promise<DueDelivery[]>;
  /**
   * Records an outcome, with its `attempt` if there was one. If the delivery was requested again since, which its new
   * `createdAt` shows, a failure does not decide its state.
   */
  abstract record(
    delivery: Pick<Delivery, 'id' | 'createdAt'>,
    outcome: DeliveryOutcome,
    attempt?: DeliveryAttempt,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Returns when the next delivery to a destination that is not `closed` is due; absent if none waits. */
  abstract nextDueAt(closed?: Closed, signal?: AbortSignal): Promise<number | undefined>;
  /** Counts the waiting deliveries, taken ones included, and those given up. */
  abstract count(signal?: AbortSignal): Promise<{ readonly waiting: number; readonly givenUp: number }>;

  abstract find(deliveryId: string, signal?: AbortSignal): Promise<KnownDelivery | undefined>;
  /** Returns all known deliveries that report an invocation, the oldest first. */
  abstract ofInvocation(invocationId: string, signal?: AbortSignal): Promise<KnownDelivery[]>;
  abstract list(query: DeliveryQuery, signal?: AbortSignal): Promise<KnownDelivery[]>;
  /** Makes a delivery on record due again at `now`, as if it were new. Returns false if it is not on record. */
  abstract redeliver(deliveryId: string, now: number, signal?: AbortSignal): Promise<boolean>;
  /** Forgets at most `limit` deliveries that were done before a time, and returns how many it forgot. */
  abstract forget(doneBefore: number, limit: number, signal?: AbortSignal): Promise<number>;
}
