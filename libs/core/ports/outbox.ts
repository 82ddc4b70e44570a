import type { DeliveryAttempt } from '../delivery/delivery-attempt.js';
import type { Delivery } from '../delivery/delivery.js';

/** A delivery that is due, and how often it has failed so far. */
export interface DueDelivery {
  readonly delivery: Delivery;
  readonly failures: number;
}

/** What became of a delivery after an attempt. */
export type DeliveryOutcome =
  /** Done with; `replacedBy` are recorded in the same transaction. A callback stays on record. */
  | { readonly kind: 'done'; readonly replacedBy?: readonly Delivery[] }
  | { readonly kind: 'retry'; readonly at: number; readonly reason: string }
  /** Given up: kept with its reason, never tried again by itself. */
  | { readonly kind: 'given-up'; readonly reason: string };

export const DELIVERY_STATES = ['waiting', 'delivered', 'given-up'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** A delivery with what has come of it so far. */
export interface KnownDelivery {
  readonly delivery: Delivery;
  readonly state: DeliveryState;
  readonly failures: number;
  /** When it is tried next; while it waits. */
  readonly dueAt?: number;
  /** When it was delivered or given up. */
  readonly doneAt?: number;
  /** Why the last attempt failed. */
  readonly reason?: string;
  /** The newest `MAX_KEPT_ATTEMPTS`, in order. */
  readonly attempts: readonly DeliveryAttempt[];
}

export interface DeliveryQuery {
  readonly state?: DeliveryState;
  /** The id of the last delivery of the page before; newest come first. */
  readonly after?: string;
  readonly limit: number;
}

/** Destinations that nothing is to be sent to now. */
export type Closed = Pick<ReadonlySet<string>, 'has'>;

/**
 * Deliveries on their way: written by the ledger in the same transaction as the settlement that they tell of, or here
 * directly. A delivery that was taken and not recorded comes back when `takenUntil` has passed, or as soon as its taker is
 * known to be gone. Callbacks that were delivered, and whatever was given up, stay on record until they are forgotten.
 */
export abstract class Outbox {
  abstract enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void>;
  /**
   * Takes deliveries that are due, about the oldest due first, but none to destinations that are `closed`, however many
   * of theirs are due before.
   */
  abstract take(
    count: number,
    now: number,
    takenUntil: number,
    closed?: Closed,
    signal?: AbortSignal,
  ): Promise<DueDelivery[]>;
  /**
   * `attempt` is put on record with it, where there was one. Of a delivery that was asked for again meanwhile, by its new
   * `createdAt`, a failure decides nothing.
   */
  abstract record(
    delivery: Pick<Delivery, 'id' | 'createdAt'>,
    outcome: DeliveryOutcome,
    attempt?: DeliveryAttempt,
    signal?: AbortSignal,
  ): Promise<void>;
  /** When the next delivery to a destination that is not `closed` is due; absent when none waits. */
  abstract nextDueAt(closed?: Closed, signal?: AbortSignal): Promise<number | undefined>;
  /** How many wait, taken ones included, and how many were given up. */
  abstract count(signal?: AbortSignal): Promise<{ readonly waiting: number; readonly givenUp: number }>;

  abstract find(deliveryId: string, signal?: AbortSignal): Promise<KnownDelivery | undefined>;
  /** All that is known of those that tell of an invocation, the oldest first. */
  abstract ofInvocation(invocationId: string, signal?: AbortSignal): Promise<KnownDelivery[]>;
  abstract list(query: DeliveryQuery, signal?: AbortSignal): Promise<KnownDelivery[]>;
  /** Has a delivery that is on record tried again at `now`, as if it were new; false where it is not. */
  abstract redeliver(deliveryId: string, now: number, signal?: AbortSignal): Promise<boolean>;
  /** Forgets up to `limit` of those that were done before a time; returns how many. */
  abstract forget(doneBefore: number, limit: number, signal?: AbortSignal): Promise<number>;
}
