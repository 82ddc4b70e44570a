import type { Delivery } from '../notification.js';

/** A delivery that is due, and how often it has failed so far. */
export interface DueDelivery {
  readonly delivery: Delivery;
  readonly failures: number;
}

/** What became of a delivery after an attempt. */
export type DeliveryOutcome =
  /** Done with, for good or for bad; `replacedBy` are recorded in the same transaction. */
  | { readonly kind: 'done'; readonly replacedBy?: readonly Delivery[] }
  | { readonly kind: 'retry'; readonly at: number; readonly reason: string }
  /** Given up: kept with its reason, never tried again. */
  | { readonly kind: 'given-up'; readonly reason: string };

/**
 * Deliveries on their way: written by the ledger in the same transaction as the settlement that they tell of, or here
 * directly. A delivery that was taken and not recorded comes back when `takenUntil` has passed, or as soon as its taker is
 * known to be gone.
 */
export abstract class Outbox {
  abstract enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void>;
  /** Takes deliveries that are due, oldest due first. */
  abstract take(count: number, now: number, takenUntil: number, signal?: AbortSignal): Promise<DueDelivery[]>;
  abstract record(deliveryId: string, outcome: DeliveryOutcome, signal?: AbortSignal): Promise<void>;
  /** When the next delivery is due; absent when none waits. */
  abstract nextDueAt(signal?: AbortSignal): Promise<number | undefined>;
  /** How many wait, taken ones included, and how many were given up. */
  abstract count(signal?: AbortSignal): Promise<{ readonly waiting: number; readonly givenUp: number }>;
}
