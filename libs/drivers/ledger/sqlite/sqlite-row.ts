import type { AttemptRecord, FailureKind } from '../../../core/invocation/attempt.js';
import type { Invocation, InvocationRequest, InvocationState } from '../../../core/invocation/invocation.js';
import { queuePlace } from '../../../core/invocation/submission.js';

/** A row of the invocations' table: columns for the values that statements use, and the rest of the request as JSON. */
export interface InvocationRow {
  readonly sequence: number;
  readonly id: string;
  readonly endpoint_name: string;
  readonly state: InvocationState;
  readonly attempt: number;
  readonly broken_attempts: number;
  readonly accepted_at: number;
  readonly expires_at: number;
  readonly idempotency_key: string | null;
  readonly place: number;
  readonly worker_id: string | null;
  readonly leased_until: number | null;
  readonly started_at: number | null;
  readonly settled_at: number | null;
  readonly failure_reason: string | null;
  readonly response_content_type: string | null;
  readonly instance_id: string | null;
  readonly variant_name: string | null;
  readonly instance_ready_at: number | null;
  readonly past_attempts: string | null;
  readonly failure_kind: FailureKind | null;
  readonly submitted_by: string | null;
  readonly input_bytes: number | null;
  readonly redriven_as: string | null;
  readonly details: string;
}

type InColumns = 'id' | 'endpointName' | 'acceptedAt' | 'expiresAt' | 'idempotencyKey' | 'submittedBy' | 'inputBytes';
type Details = Omit<InvocationRequest, InColumns>;

/** The values of a new row, in the order of the `accept` statement's parameters. */
export type AcceptedValues = [
  id: string,
  endpointName: string,
  acceptedAt: number,
  expiresAt: number,
  idempotencyKey: string | null,
  place: number,
  submittedBy: string | null,
  inputBytes: number | null,
  details: string,
];

/** Returns the values of the row of a new invocation. */
export function acceptedValues(request: InvocationRequest): AcceptedValues {
  const { id, endpointName, acceptedAt, expiresAt, idempotencyKey, submittedBy, inputBytes, ...rest } = request;
  const details: Details = rest;
  return [
    id,
    endpointName,
    acceptedAt,
    expiresAt,
    idempotencyKey ?? null,
    queuePlace(request),
    submittedBy ?? null,
    inputBytes ?? null,
    JSON.stringify(details),
  ];
}

/** Reads the invocation of a row. */
export function toInvocation(row: InvocationRow): Invocation {
  return {
    ...(JSON.parse(row.details) as Details),
    id: row.id,
    endpointName: row.endpoint_name,
    acceptedAt: row.accepted_at,
    expiresAt: row.expires_at,
    state: row.state,
    attempt: row.attempt,
    brokenAttempts: row.broken_attempts,
    ...present({
      idempotencyKey: row.idempotency_key,
      workerId: row.worker_id,
      leasedUntil: row.leased_until,
      startedAt: row.started_at,
      settledAt: row.settled_at,
      failureReason: row.failure_reason,
      failureKind: row.failure_kind,
      instanceId: row.instance_id,
      variantName: row.variant_name,
      instanceReadyAt: row.instance_ready_at,
      pastAttempts: row.past_attempts === null ? null : (JSON.parse(row.past_attempts) as AttemptRecord[]),
      submittedBy: row.submitted_by,
      inputBytes: row.input_bytes,
      redrivenAs: row.redriven_as,
      responseContentType: row.response_content_type,
    }),
  };
}

type Present<T> = { [K in keyof T]?: NonNullable<T[K]> };

/** Returns the members that are not null. */
function present<T extends object>(columns: T): Present<T> {
  return Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== null)) as Present<T>;
}
