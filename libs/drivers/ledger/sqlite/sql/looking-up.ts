import type { InvocationState } from '../../../../core/invocation/invocation.js';
import { sql, sqlColumn } from '../../../sqlite/statement.js';
import type { InvocationRow } from '../sqlite-row.js';

/** Statements that find and count invocations. */
export const LOOKING_UP = {
  find: sql<[id: string], InvocationRow>(`SELECT * FROM invocations WHERE id = ?`),

  findByIdempotencyKey: sql<[endpointName: string, idempotencyKey: string], InvocationRow>(
    `SELECT * FROM invocations INDEXED BY invocations_by_idempotency_key
     WHERE endpoint_name = ? AND idempotency_key = ?`,
  ),

  sequenceOf: sqlColumn<[id: string], number>(`SELECT sequence FROM invocations WHERE id = ?`),

  countBefore: sqlColumn<[endpointName: string, place: number, sequence: number, limit: number], number>(
    `SELECT count(*) FROM (
       SELECT 1 FROM invocations INDEXED BY queued_by_place
       WHERE state = 'Queued' AND endpoint_name = ? AND (place, sequence) < (?, ?) LIMIT ?)`,
  ),

  firstFrom: sql<[sequence: number], { sequence: number; accepted_at: number }>(
    `SELECT sequence, accepted_at FROM invocations WHERE sequence >= ? ORDER BY sequence LIMIT 1`,
  ),

  lastSequence: sqlColumn<[], number | null>(`SELECT max(sequence) FROM invocations`),

  endpointAfter: sqlColumn<[state: InvocationState, endpointName: string], string>(
    `SELECT endpoint_name FROM invocations INDEXED BY invocations_by_state
     WHERE state = ? AND endpoint_name > ? ORDER BY endpoint_name LIMIT 1`,
  ),

  oldestAcceptedAt: sqlColumn<[endpointName: string], number>(
    `SELECT accepted_at FROM invocations INDEXED BY invocations_by_state
     WHERE state = 'Queued' AND endpoint_name = ? ORDER BY sequence LIMIT 1`,
  ),

  oldestQueued: sqlColumn<[endpointName: string, limit: number], string>(
    `SELECT id FROM invocations INDEXED BY invocations_by_state
     WHERE state = 'Queued' AND endpoint_name = ? ORDER BY sequence LIMIT ?`,
  ),

  countUnsettled: sql<[], { endpoint_name: string; state: 'Queued' | 'Running'; count: number }>(
    `SELECT endpoint_name, state, count(*) AS count FROM invocations INDEXED BY invocations_by_state
     WHERE state IN ('Queued', 'Running') GROUP BY state, endpoint_name`,
  ),

  countUnsettledByKey: sql<
    [],
    { submitted_by: string; state: 'Queued' | 'Running'; count: number; bytes: number | null }
  >(
    `SELECT submitted_by, state, count(*) AS count, sum(input_bytes) AS bytes
     FROM invocations INDEXED BY unsettled_by_key
     WHERE submitted_by IS NOT NULL AND settled_at IS NULL GROUP BY submitted_by, state`,
  ),
};
