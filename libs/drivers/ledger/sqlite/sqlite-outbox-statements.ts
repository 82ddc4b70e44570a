import { type DeliveryAttempt, MAX_KEPT_ATTEMPTS } from '../../../core/delivery/delivery-attempt.js';
import type Database from 'better-sqlite3';
import type { Delivery } from '../../../core/delivery/delivery.js';
import type { DeliveryState, KnownDelivery } from '../../../core/ports/outbox.js';

export interface DeliveryRow {
  readonly sequence: number;
  readonly id: string;
  /** Null once it is done with. */
  readonly due_at: number | null;
  readonly failures: number;
  readonly reason: string | null;
  readonly delivery: string;
  readonly state: DeliveryState;
  readonly destination: string;
  readonly attempts: string | null;
  readonly done_at: number | null;
}

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

/** The attempts with one more, if there was one. */
const WITH_ATTEMPT = `attempts = CASE WHEN @attempt IS NULL THEN attempts ELSE json_insert(
  CASE WHEN json_array_length(attempts) >= ${MAX_KEPT_ATTEMPTS} THEN json_remove(attempts, '$[0]')
    ELSE coalesce(attempts, '[]') END,
  '$[#]', json(@attempt)) END`;

interface Tried {
  readonly id: string;
  readonly attempt: string | null;
}

interface Earliest {
  readonly id: string;
  readonly due_at: number;
  readonly destination: string;
}

export function outboxStatements(database: Database.Database) {
  const prepare = <Values extends unknown[], Row = unknown>(sql: string) => database.prepare<Values, Row>(sql);
  return {
    add: prepare<[id: string, dueAt: number, destination: string, invocationId: string | null, delivery: string]>(
      `INSERT INTO deliveries (id, due_at, destination, invocation_id, delivery) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT DO NOTHING`,
    ),
    due: prepare<[now: number, count: number], DeliveryRow>(
      `SELECT * FROM deliveries INDEXED BY deliveries_by_due_time
       WHERE due_at <= ? ORDER BY due_at, sequence LIMIT ?`,
    ),
    dueAt: prepare<[destination: string, now: number, count: number], DeliveryRow>(
      `SELECT * FROM deliveries INDEXED BY deliveries_by_destination
       WHERE destination = ? AND due_at <= ? ORDER BY due_at, sequence LIMIT ?`,
    ),
    firstDestination: prepare<[], string>(
      `SELECT destination FROM deliveries INDEXED BY deliveries_by_destination
       WHERE due_at IS NOT NULL ORDER BY destination LIMIT 1`,
    ).pluck(),
    destinationAfter: prepare<[destination: string], string>(
      `SELECT destination FROM deliveries INDEXED BY deliveries_by_destination
       WHERE due_at IS NOT NULL AND destination > ? ORDER BY destination LIMIT 1`,
    ).pluck(),
    remove: prepare<[id: string]>(`DELETE FROM deliveries WHERE id = ?`),
    deliver: prepare<[Tried & { doneAt: number }]>(
      `UPDATE deliveries SET ${WITH_ATTEMPT}, due_at = NULL, state = 'delivered', done_at = @doneAt, reason = NULL
       WHERE id = @id`,
    ),
    note: prepare<[Tried]>(`UPDATE deliveries SET ${WITH_ATTEMPT} WHERE id = @id`),
    retry: prepare<[Tried & { dueAt: number; reason: string }]>(
      `UPDATE deliveries SET ${WITH_ATTEMPT}, due_at = @dueAt, failures = failures + 1, reason = @reason WHERE id = @id`,
    ),
    giveUp: prepare<[Tried & { doneAt: number; reason: string }]>(
      `UPDATE deliveries
       SET ${WITH_ATTEMPT}, due_at = NULL, state = 'given-up', done_at = @doneAt, failures = failures + 1, reason = @reason
       WHERE id = @id`,
    ),
    renew: prepare<[dueAt: number, delivery: string, id: string]>(
      `UPDATE deliveries SET due_at = ?, delivery = ?, state = 'waiting', failures = 0, done_at = NULL, reason = NULL
       WHERE id = ?`,
    ),
    forget: prepare<[doneBefore: number, limit: number], { state: DeliveryState }>(
      `DELETE FROM deliveries WHERE sequence IN (
         SELECT sequence FROM deliveries INDEXED BY deliveries_done WHERE done_at < ? ORDER BY done_at LIMIT ?)
       RETURNING state`,
    ),
    earliest: prepare<[count: number], Earliest>(
      `SELECT id, due_at, destination FROM deliveries INDEXED BY deliveries_by_due_time
       WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?`,
    ),
    earliestAt: prepare<[destination: string, count: number], Earliest>(
      `SELECT id, due_at, destination FROM deliveries INDEXED BY deliveries_by_destination
       WHERE destination = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT ?`,
    ),
    find: prepare<[id: string], DeliveryRow>(`SELECT * FROM deliveries WHERE id = ?`),
    ofInvocation: prepare<[invocationId: string], DeliveryRow>(
      `SELECT * FROM deliveries INDEXED BY deliveries_by_invocation WHERE invocation_id = ? ORDER BY sequence`,
    ),
    sequenceOf: prepare<[id: string], number>(`SELECT sequence FROM deliveries WHERE id = ?`).pluck(),
    newest: prepare<[before: number, limit: number], DeliveryRow>(
      `SELECT * FROM deliveries WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
    ),
    newestOf: prepare<[state: DeliveryState, before: number, limit: number], DeliveryRow>(
      `SELECT * FROM deliveries INDEXED BY deliveries_by_state
       WHERE state = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
    ),
    count: prepare<[], { state: DeliveryState; count: number }>(
      `SELECT state, count(*) AS count FROM deliveries INDEXED BY deliveries_by_state GROUP BY state`,
    ),
  };
}

export type OutboxStatements = ReturnType<typeof outboxStatements>;
