import { MAX_KEPT_ATTEMPTS } from '../../../../core/delivery/delivery-attempt.js';
import type { DeliveryState } from '../../../../core/ports/outbox.js';
import { sql, sqlColumn } from '../../../sqlite/statement.js';
import type { DeliveryRow } from '../sqlite-delivery-row.js';

/** Appends `@attempt` to the attempts, if there is one, and keeps the newest only. */
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

/** Statements of the outbox. */
export const DELIVERING = {
  add: sql<[id: string, dueAt: number, destination: string, invocationId: string | null, delivery: string]>(
    `INSERT INTO deliveries (id, due_at, destination, invocation_id, delivery) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
  ),

  due: sql<[now: number, count: number], DeliveryRow>(
    `SELECT * FROM deliveries INDEXED BY deliveries_by_due_time
     WHERE due_at <= ? ORDER BY due_at, sequence LIMIT ?`,
  ),

  dueAt: sql<[destination: string, now: number, count: number], DeliveryRow>(
    `SELECT * FROM deliveries INDEXED BY deliveries_by_destination
     WHERE destination = ? AND due_at <= ? ORDER BY due_at, sequence LIMIT ?`,
  ),

  firstDestination: sqlColumn<[], string>(
    `SELECT destination FROM deliveries INDEXED BY deliveries_by_destination
     WHERE due_at IS NOT NULL ORDER BY destination LIMIT 1`,
  ),

  destinationAfter: sqlColumn<[destination: string], string>(
    `SELECT destination FROM deliveries INDEXED BY deliveries_by_destination
     WHERE due_at IS NOT NULL AND destination > ? ORDER BY destination LIMIT 1`,
  ),

  remove: sql<[id: string]>(`DELETE FROM deliveries WHERE id = ?`),

  deliver: sql<[Tried & { doneAt: number }]>(
    `UPDATE deliveries SET ${WITH_ATTEMPT}, due_at = NULL, state = 'delivered', done_at = @doneAt, reason = NULL
     WHERE id = @id`,
  ),

  note: sql<[Tried]>(`UPDATE deliveries SET ${WITH_ATTEMPT} WHERE id = @id`),

  retry: sql<[Tried & { dueAt: number; reason: string }]>(
    `UPDATE deliveries SET ${WITH_ATTEMPT}, due_at = @dueAt, failures = failures + 1, reason = @reason WHERE id = @id`,
  ),

  giveUp: sql<[Tried & { doneAt: number; reason: string }]>(
    `UPDATE deliveries
     SET ${WITH_ATTEMPT}, due_at = NULL, state = 'given-up', done_at = @doneAt, failures = failures + 1, reason = @reason
     WHERE id = @id`,
  ),

  renew: sql<[dueAt: number, delivery: string, id: string]>(
    `UPDATE deliveries SET due_at = ?, delivery = ?, state = 'waiting', failures = 0, done_at = NULL, reason = NULL
     WHERE id = ?`,
  ),

  forget: sql<[doneBefore: number, limit: number], { state: DeliveryState }>(
    `DELETE FROM deliveries WHERE sequence IN (
       SELECT sequence FROM deliveries INDEXED BY deliveries_done WHERE done_at < ? ORDER BY done_at LIMIT ?)
     RETURNING state`,
  ),

  earliest: sql<[count: number], Earliest>(
    `SELECT id, due_at, destination FROM deliveries INDEXED BY deliveries_by_due_time
     WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?`,
  ),

  earliestAt: sql<[destination: string, count: number], Earliest>(
    `SELECT id, due_at, destination FROM deliveries INDEXED BY deliveries_by_destination
     WHERE destination = ? AND due_at IS NOT NULL ORDER BY due_at LIMIT ?`,
  ),

  find: sql<[id: string], DeliveryRow>(`SELECT * FROM deliveries WHERE id = ?`),

  ofInvocation: sql<[invocationId: string], DeliveryRow>(
    `SELECT * FROM deliveries INDEXED BY deliveries_by_invocation WHERE invocation_id = ? ORDER BY sequence`,
  ),

  sequenceOf: sqlColumn<[id: string], number>(`SELECT sequence FROM deliveries WHERE id = ?`),

  newest: sql<[before: number, limit: number], DeliveryRow>(
    `SELECT * FROM deliveries WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
  ),

  newestOf: sql<[state: DeliveryState, before: number, limit: number], DeliveryRow>(
    `SELECT * FROM deliveries INDEXED BY deliveries_by_state
     WHERE state = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
  ),

  count: sql<[], { state: DeliveryState; count: number }>(
    `SELECT state, count(*) AS count FROM deliveries INDEXED BY deliveries_by_state GROUP BY state`,
  ),
};
