import type Database from 'better-sqlite3';
import type { InvocationState, SettledState } from '../../core/invocation.js';
import type { AcceptedValues, InvocationRow } from './sqlite-row.js';

type LeaseValues = [workerId: string, leasedUntil: number, startedAt: number];

/**
 * The ledger's statements. `INDEXED BY` where SQLite, which has no statistics here, would take another index and slow
 * down as the ledger grows.
 */
export function ledgerStatements(database: Database.Database) {
  const prepare = <Values extends unknown[], Row = unknown>(sql: string) => database.prepare<Values, Row>(sql);
  return {
    accept: prepare<AcceptedValues>(
      `INSERT INTO invocations (id, endpoint_name, accepted_at, expires_at, idempotency_key, details)
       VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),

    oldestQueuedSequences: prepare<[endpointName: string, count: number], number>(
      `SELECT sequence FROM invocations INDEXED BY invocations_by_state
       WHERE state = 'Queued' AND endpoint_name = ? ORDER BY sequence LIMIT ?`,
    ).pluck(),

    // One row at a time: an UPDATE over a subquery that returns its rows costs four times as much for one, which is how
    // work is leased when slots fall free one by one, and no less a row for many.
    leaseBySequence: prepare<[...LeaseValues, sequence: number], InvocationRow>(
      `UPDATE invocations
       SET state = 'Running', attempt = attempt + 1, worker_id = ?, leased_until = ?, started_at = ?
       WHERE sequence = ?
       RETURNING *`,
    ),

    leaseById: prepare<[...LeaseValues, id: string], InvocationRow>(
      `UPDATE invocations
       SET state = 'Running', attempt = attempt + 1, worker_id = ?, leased_until = ?, started_at = ?
       WHERE id = ? AND state = 'Queued'
       RETURNING *`,
    ),

    leaseExpired: prepare<[workerId: string, leasedUntil: number, now: number, count: number], InvocationRow>(
      `UPDATE invocations
       SET state = 'Running', attempt = attempt + 1, worker_id = ?, leased_until = ?
       WHERE sequence IN (
         SELECT sequence FROM invocations INDEXED BY queued_by_expiry
         WHERE state = 'Queued' AND expires_at <= ? ORDER BY expires_at LIMIT ?)
       RETURNING *`,
    ),

    renew: prepare<[leasedUntil: number, id: string, attempt: number]>(
      `UPDATE invocations SET leased_until = ? WHERE id = ? AND attempt = ? AND state = 'Running'`,
    ),

    release: prepare<[broken: number, id: string, attempt: number], { endpoint_name: string }>(
      `UPDATE invocations
       SET state = 'Queued', worker_id = NULL, leased_until = NULL, broken_attempts = broken_attempts + ?
       WHERE id = ? AND attempt = ? AND state = 'Running'
       RETURNING endpoint_name`,
    ),

    settle: prepare<
      [
        state: SettledState,
        settledAt: number,
        failureReason: string | null,
        responseContentType: string | null,
        id: string,
        attempt: number,
      ],
      { endpoint_name: string }
    >(
      `UPDATE invocations
       SET state = ?, settled_at = ?, failure_reason = ?, response_content_type = ?,
           worker_id = NULL, leased_until = NULL
       WHERE id = ? AND attempt = ? AND state = 'Running'
       RETURNING endpoint_name`,
    ),

    cancel: prepare<[settledAt: number, sequence: number]>(
      `UPDATE invocations SET state = 'Cancelled', settled_at = ?, worker_id = NULL, leased_until = NULL
       WHERE sequence = ?`,
    ),

    reclaimRunOut: prepare<[now: number], { endpoint_name: string }>(
      `UPDATE invocations INDEXED BY running_by_lease
       SET state = 'Queued', worker_id = NULL, leased_until = NULL
       WHERE state = 'Running' AND leased_until <= ?
       RETURNING endpoint_name`,
    ),

    reclaimHeldBy: prepare<[workerId: string], { endpoint_name: string }>(
      `UPDATE invocations INDEXED BY invocations_by_state
       SET state = 'Queued', worker_id = NULL, leased_until = NULL
       WHERE state = 'Running' AND worker_id = ?
       RETURNING endpoint_name`,
    ),

    find: prepare<[id: string], InvocationRow>(`SELECT * FROM invocations WHERE id = ?`),

    findByIdempotencyKey: prepare<[endpointName: string, idempotencyKey: string], InvocationRow>(
      `SELECT * FROM invocations INDEXED BY invocations_by_idempotency_key
       WHERE endpoint_name = ? AND idempotency_key = ?`,
    ),

    findBySequence: prepare<[sequence: number], InvocationRow>(`SELECT * FROM invocations WHERE sequence = ?`),

    sequenceOf: prepare<[id: string], number>(`SELECT sequence FROM invocations WHERE id = ?`).pluck(),

    newest: prepare<[before: number, limit: number], number>(
      `SELECT sequence FROM invocations WHERE sequence < ? ORDER BY sequence DESC LIMIT ?`,
    ).pluck(),

    newestOf: prepare<[state: InvocationState, endpointName: string, before: number, limit: number], number>(
      `SELECT sequence FROM invocations INDEXED BY invocations_by_state
       WHERE state = ? AND endpoint_name = ? AND sequence < ? ORDER BY sequence DESC LIMIT ?`,
    ).pluck(),

    endpointAfter: prepare<[state: InvocationState, endpointName: string], string>(
      `SELECT endpoint_name FROM invocations INDEXED BY invocations_by_state
       WHERE state = ? AND endpoint_name > ? ORDER BY endpoint_name LIMIT 1`,
    ).pluck(),

    oldestAcceptedAt: prepare<[endpointName: string], number>(
      `SELECT accepted_at FROM invocations INDEXED BY invocations_by_state
       WHERE state = 'Queued' AND endpoint_name = ? ORDER BY sequence LIMIT 1`,
    ).pluck(),

    oldestQueued: prepare<[endpointName: string, limit: number], string>(
      `SELECT id FROM invocations INDEXED BY invocations_by_state
       WHERE state = 'Queued' AND endpoint_name = ? ORDER BY sequence LIMIT ?`,
    ).pluck(),

    countUnsettled: prepare<[], { endpoint_name: string; state: 'Queued' | 'Running'; count: number }>(
      `SELECT endpoint_name, state, count(*) AS count FROM invocations INDEXED BY invocations_by_state
       WHERE state IN ('Queued', 'Running') GROUP BY state, endpoint_name`,
    ),
  };
}

export type LedgerStatements = ReturnType<typeof ledgerStatements>;
