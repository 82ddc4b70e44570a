import { type FailureKind, MAX_PAST_ATTEMPTS } from '../../../core/invocation/attempt.js';
import type Database from 'better-sqlite3';
import type { InvocationState, SettledState } from '../../../core/invocation/invocation.js';
import type { AcceptedValues, InvocationRow } from './sqlite-row.js';

type LeaseValues = [
  workerId: string,
  leasedUntil: number,
  startedAt: number,
  instanceId: string | null,
  variantName: string | null,
  instanceReadyAt: number | null,
];

/** What is kept of how an attempt ended; all null where it is not to be kept. */
export interface EndedValues {
  readonly endedAt: number | null;
  readonly kind: string | null;
  readonly status: number | null;
  readonly reason: string | null;
}

interface SettledValues extends EndedValues {
  readonly state: SettledState;
  readonly settledAt: number;
  readonly failureReason: string | null;
  readonly failureKind: FailureKind | null;
  readonly responseContentType: string | null;
  readonly id: string;
  readonly attempt: number;
}

/** Whose backlog an invocation counts in. */
export interface Counted {
  readonly endpoint_name: string;
  readonly submitted_by: string | null;
  readonly input_bytes: number | null;
}

const COUNTED = 'endpoint_name, submitted_by, input_bytes';

/** Nobody has it any more. */
const UNLEASED =
  'worker_id = NULL, leased_until = NULL, instance_id = NULL, variant_name = NULL, instance_ready_at = NULL';

/** The past attempts with this one, which has ended as `EndedValues` say, if it ran on an instance. */
const WITH_ENDED_ATTEMPT = `past_attempts = CASE WHEN instance_id IS NULL OR @endedAt IS NULL THEN past_attempts ELSE json_insert(
  CASE WHEN json_array_length(past_attempts) >= ${MAX_PAST_ATTEMPTS} THEN json_remove(past_attempts, '$[0]')
    ELSE coalesce(past_attempts, '[]') END,
  '$[#]',
  json_patch('{}', json_object('number', attempt, 'instanceId', instance_id, 'variantName', variant_name,
    'instanceReadyAt', instance_ready_at,
    'startedAt', started_at, 'endedAt', @endedAt, 'kind', @kind, 'status', @status, 'reason', @reason))) END`;

/**
 * The ledger's statements. `INDEXED BY` where SQLite, which has no statistics here, would take another index and slow
 * down as the ledger grows.
 */
export function ledgerStatements(database: Database.Database) {
  const prepare = <Values extends unknown[], Row = unknown>(sql: string) => database.prepare<Values, Row>(sql);
  return {
    accept: prepare<AcceptedValues>(
      `INSERT INTO invocations
         (id, endpoint_name, accepted_at, expires_at, idempotency_key, place, submitted_by, input_bytes, details)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    ),

    addTerm: prepare<[term: string, sequence: number | bigint]>(
      `INSERT INTO invocation_terms (term, sequence) VALUES (?, ?)`,
    ),

    forgetIdempotencyKey: prepare<[sequence: number]>(
      `UPDATE invocations SET idempotency_key = NULL WHERE sequence = ?`,
    ),

    markRedriven: prepare<[redrivenAs: string, sequence: number]>(
      `UPDATE invocations SET redriven_as = ? WHERE sequence = ?`,
    ),

    nextSequences: prepare<[endpointName: string, count: number], number>(
      `SELECT sequence FROM invocations INDEXED BY queued_by_place
       WHERE state = 'Queued' AND endpoint_name = ? ORDER BY place, sequence LIMIT ?`,
    ).pluck(),

    // One row at a time: an UPDATE over a subquery that returns its rows costs four times as much for one, which is how
    // work is leased when slots fall free one by one, and no less a row for many.
    leaseBySequence: prepare<[...LeaseValues, sequence: number], InvocationRow>(
      `UPDATE invocations
       SET state = 'Running', attempt = attempt + 1, worker_id = ?, leased_until = ?, started_at = ?,
           instance_id = ?, variant_name = ?, instance_ready_at = ?
       WHERE sequence = ?
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

    release: prepare<[EndedValues & { broken: number; id: string; attempt: number }], Counted>(
      `UPDATE invocations
       SET ${WITH_ENDED_ATTEMPT}, state = 'Queued', ${UNLEASED}, broken_attempts = broken_attempts + @broken
       WHERE id = @id AND attempt = @attempt AND state = 'Running'
       RETURNING ${COUNTED}`,
    ),

    settle: prepare<[SettledValues], Counted>(
      `UPDATE invocations
       SET ${WITH_ENDED_ATTEMPT}, state = @state, settled_at = @settledAt, failure_reason = @failureReason,
           failure_kind = @failureKind, response_content_type = @responseContentType, ${UNLEASED}
       WHERE id = @id AND attempt = @attempt AND state = 'Running'
       RETURNING ${COUNTED}`,
    ),

    cancel: prepare<[EndedValues & { settledAt: number; failureReason: string | null; sequence: number }]>(
      `UPDATE invocations
       SET ${WITH_ENDED_ATTEMPT}, state = 'Cancelled', settled_at = @settledAt, failure_reason = @failureReason,
           failure_kind = 'cancelled', ${UNLEASED}
       WHERE sequence = @sequence`,
    ),

    reclaimRunOut: prepare<[EndedValues & { now: number }], Counted>(
      `UPDATE invocations INDEXED BY running_by_lease
       SET ${WITH_ENDED_ATTEMPT}, state = 'Queued', ${UNLEASED}
       WHERE state = 'Running' AND leased_until <= @now
       RETURNING ${COUNTED}`,
    ),

    reclaimHeldBy: prepare<[EndedValues & { workerId: string }], Counted>(
      `UPDATE invocations INDEXED BY invocations_by_state
       SET ${WITH_ENDED_ATTEMPT}, state = 'Queued', ${UNLEASED}
       WHERE state = 'Running' AND worker_id = @workerId
       RETURNING ${COUNTED}`,
    ),

    find: prepare<[id: string], InvocationRow>(`SELECT * FROM invocations WHERE id = ?`),

    findByIdempotencyKey: prepare<[endpointName: string, idempotencyKey: string], InvocationRow>(
      `SELECT * FROM invocations INDEXED BY invocations_by_idempotency_key
       WHERE endpoint_name = ? AND idempotency_key = ?`,
    ),

    findBySequence: prepare<[sequence: number], InvocationRow>(`SELECT * FROM invocations WHERE sequence = ?`),

    sequenceOf: prepare<[id: string], number>(`SELECT sequence FROM invocations WHERE id = ?`).pluck(),

    countBefore: prepare<[endpointName: string, place: number, sequence: number, limit: number], number>(
      `SELECT count(*) FROM (
         SELECT 1 FROM invocations INDEXED BY queued_by_place
         WHERE state = 'Queued' AND endpoint_name = ? AND (place, sequence) < (?, ?) LIMIT ?)`,
    ).pluck(),

    firstFrom: prepare<[sequence: number], { sequence: number; accepted_at: number }>(
      `SELECT sequence, accepted_at FROM invocations WHERE sequence >= ? ORDER BY sequence LIMIT 1`,
    ),

    lastSequence: prepare<[], number | null>(`SELECT max(sequence) FROM invocations`).pluck(),

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

    countUnsettledByKey: prepare<
      [],
      { submitted_by: string; state: 'Queued' | 'Running'; count: number; bytes: number | null }
    >(
      `SELECT submitted_by, state, count(*) AS count, sum(input_bytes) AS bytes
       FROM invocations INDEXED BY unsettled_by_key
       WHERE submitted_by IS NOT NULL AND settled_at IS NULL GROUP BY submitted_by, state`,
    ),

    countUnsettled: prepare<[], { endpoint_name: string; state: 'Queued' | 'Running'; count: number }>(
      `SELECT endpoint_name, state, count(*) AS count FROM invocations INDEXED BY invocations_by_state
       WHERE state IN ('Queued', 'Running') GROUP BY state, endpoint_name`,
    ),
  };
}

export type LedgerStatements = ReturnType<typeof ledgerStatements>;
