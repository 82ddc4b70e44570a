import type { DeliveryAttempt } from '../../../core/delivery/delivery-attempt.js';
import type { Delivery } from '../../../core/delivery/delivery.js';
import type { DeliveryState, KnownDelivery } from '../../../core/ports/outbox.js';

/** A row of the outbox's table. */
export interface DeliveryRow {
  readonly sequence: number;
  readonly id: string;
  /** The time of the next attempt; null once the delivery is delivered or given up. */
  readonly due_at: number | null;
  readonly failures: number;
  readonly reason: string | null;
  readonly delivery: string;
  readonly state: DeliveryState;
  readonly destination: string;
  readonly attempts: string | null;
  readonly done_at: number | null;
}

/** Reads the delivery of a row. */
export function toKnownDelivery(row: DeliveryRow): KnownDelivery {
  return {
    delivery: JSON.parse(row.delivery) as Delivery,
    state: row.state,
    failures: row.failures,
    ...(row.due_at !== null && { dueAt: row.due_at }),
    ...(row.done_at !== null && { doneAt: row.done_at }),
    ...(row.reason !== null && { reason: row.reason }),
    attempts: row.attempts === null ? [] : (JSON.parse(row.attempts) as DeliveryAttempt[]),
  };
}
