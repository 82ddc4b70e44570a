import { sql, sqlColumn } from '../../../sqlite/statement.js';
import type { InvocationRow } from '../sqlite-row.js';

type LeaseValues = [
  workerId: string,
  leasedUntil: number,
  startedAt: number,
  instanceId: string | null,
  variantName: string | null,
  instanceReadyAt: number | null,
];

/** Statements that take invocations from the queue and keep them leased. */
export const HANDING_OUT = {
  nextSequences: sqlColumn<[endpointName: string, count: number], number>(
    `SELECT sequence FROM invocations INDEXED BY queued_by_place
     WHERE state = 'Queued' AND endpoint_name = ? ORDER BY place, sequence LIMIT ?`,
  ),

  // Leases one row at a time. An UPDATE with a subquery, RETURNING its rows, costs four times as much for one row. One
  // row is the usual case, because slots become free one by one. For many rows that UPDATE is no cheaper per row.
  leaseBySequence: sql<[...LeaseValues, sequence: number], InvocationRow>(
    `UPDATE invocations
     SET state = 'Running', attempt = attempt + 1, worker_id = ?, leased_until = ?, started_at = ?,
         instance_id = ?, variant_name = ?, instance_ready_at = ?
     WHERE sequence = ?
     RETURNING *`,
  ),

  leaseExpired: sql<[workerId: string, leasedUntil: number, now: number, count: number], InvocationRow>(
    `UPDATE invocations
     SET state = 'Running', attempt = attempt + 1, worker_id = ?, leased_until = ?
     WHERE sequence IN (
       SELECT sequence FROM invocations INDEXED BY queued_by_expiry
       WHERE state = 'Queued' AND expires_at <= ? ORDER BY expires_at LIMIT ?)
     RETURNING *`,
  ),

  renew: sql<[leasedUntil: number, id: string, attempt: number]>(
    `UPDATE invocations SET leased_until = ? WHERE id = ? AND attempt = ? AND state = 'Running'`,
  ),
};
