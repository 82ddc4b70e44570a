import { type FailureKind, MAX_PAST_ATTEMPTS } from '../../../../core/invocation/attempt.js';
import type { SettledState } from '../../../../core/invocation/invocation.js';
import { sql } from '../../../sqlite/statement.js';

/** The record of how an attempt ended; all members are null if no record is kept. */
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

/** The endpoint and the access key whose backlogs count an invocation, and the size of its input. */
export interface Counted {
  readonly endpoint_name: string;
  readonly submitted_by: string | null;
  readonly input_bytes: number | null;
}

const COUNTED = 'endpoint_name, submitted_by, input_bytes';

/** Ends the lease. */
const UNLEASED =
  'worker_id = NULL, leased_until = NULL, instance_id = NULL, variant_name = NULL, instance_ready_at = NULL';

/** Appends the current attempt, with its end as in `EndedValues`, to the past attempts if it ran on an instance. */
const WITH_ENDED_ATTEMPT = `past_attempts = CASE WHEN instance_id IS NULL OR @endedAt IS NULL THEN past_attempts ELSE json_insert(
  CASE WHEN json_array_length(past_attempts) >= ${MAX_PAST_ATTEMPTS} THEN json_remove(past_attempts, '$[0]')
    ELSE coalesce(past_attempts, '[]') END,
  '$[#]',
  json_patch('{}', json_object('number', attempt, 'instanceId', instance_id, 'variantName', variant_name,
    'instanceReadyAt', instance_ready_at,
    'startedAt', started_at, 'endedAt', @endedAt, 'kind', @kind, 'status', @status, 'reason', @reason))) END`;

/** Statements that end an attempt: they settle its invocation or put it back into the queue. */
export const ENDING_ATTEMPTS = {
  release: sql<[EndedValues & { broken: number; id: string; attempt: number }], Counted>(
    `UPDATE invocations
     SET ${WITH_ENDED_ATTEMPT}, state = 'Queued', ${UNLEASED}, broken_attempts = broken_attempts + @broken
     WHERE id = @id AND attempt = @attempt AND state = 'Running'
     RETURNING ${COUNTED}`,
  ),

  settle: sql<[SettledValues], Counted>(
    `UPDATE invocations
     SET ${WITH_ENDED_ATTEMPT}, state = @state, settled_at = @settledAt, failure_reason = @failureReason,
         failure_kind = @failureKind, response_content_type = @responseContentType, ${UNLEASED}
     WHERE id = @id AND attempt = @attempt AND state = 'Running'
     RETURNING ${COUNTED}`,
  ),

  cancel: sql<[EndedValues & { settledAt: number; failureReason: string | null; sequence: number }]>(
    `UPDATE invocations
     SET ${WITH_ENDED_ATTEMPT}, state = 'Cancelled', settled_at = @settledAt, failure_reason = @failureReason,
         failure_kind = 'cancelled', ${UNLEASED}
     WHERE sequence = @sequence`,
  ),

  reclaimRunOut: sql<[EndedValues & { now: number }], Counted>(
    `UPDATE invocations INDEXED BY running_by_lease
     SET ${WITH_ENDED_ATTEMPT}, state = 'Queued', ${UNLEASED}
     WHERE state = 'Running' AND leased_until <= @now
     RETURNING ${COUNTED}`,
  ),

  reclaimHeldBy: sql<[EndedValues & { workerId: string }], Counted>(
    `UPDATE invocations INDEXED BY invocations_by_state
     SET ${WITH_ENDED_ATTEMPT}, state = 'Queued', ${UNLEASED}
     WHERE state = 'Running' AND worker_id = @workerId
     RETURNING ${COUNTED}`,
  ),
};
