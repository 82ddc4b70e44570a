import type { Delivery } from '../../core/delivery/delivery.js';
import { EbbError } from '../../core/errors.js';
import type { EndedAttempt } from '../../core/invocation/attempt.js';
import { type Invocation, type InvocationRequest, canBeRedriven } from '../../core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS } from '../../core/invocation/submission.js';
import { type Cancellation, type Lease, type LeaseRequest, Ledger, type Settlement } from '../../core/ports/ledger.js';
import type { BacklogCount } from './sqlite/backlog-counts.js';
import type { GroupCommit } from './sqlite/group-commit.js';
import type { Counted, EndedValues } from './sqlite/sql/ending-attempts.js';
import { termsOf } from './sqlite/sqlite-listing.js';
import { type SqliteOutbox, encodeDeliveries } from './sqlite/sqlite-outbox.js';
import { type InvocationRow, acceptedValues, toInvocation } from './sqlite/sqlite-row.js';
import type { LedgerStatements } from './sqlite/sqlite-statements.js';
import { type UnsettledCounts, inState } from './sqlite/unsettled-counts.js';

type Accepted = { readonly invocation: Invocation; readonly repeated: boolean };
type OnCommit = (effect: () => void) => void;

/** The ledger in one SQLite file. Writes take effect in the order of the calls. */
export class SqliteLedger extends Ledger {
  readonly #group: GroupCommit;
  readonly #outbox: SqliteOutbox;
  readonly #sql: LedgerStatements;
  readonly #counts: UnsettledCounts;

  /** `outbox` must use the same database, because a settlement and its deliveries share a transaction. */
  constructor(group: GroupCommit, sql: LedgerStatements, counts: UnsettledCounts, outbox: SqliteOutbox) {
    super();
    this.#group = group;
    this.#sql = sql;
    this.#counts = counts;
    this.#outbox = outbox;
  }

  async accept(request: InvocationRequest, signal?: AbortSignal): Promise<Accepted> {
    const values = acceptedValues(request);
    return this.#group.write<Accepted>((onCommit) => {
      const before = this.#runAgainBefore(request) ?? this.#acceptedBefore(request);
      if (before) return { invocation: toInvocation(before), repeated: true };
      const { changes, lastInsertRowid } = this.#sql.accept.run(...values);
      if (changes === 0) throw new EbbError('AlreadyExists', `There is an invocation '${request.id}' already.`);
      for (const term of termsOf(request)) this.#sql.addTerm.run(term, lastInsertRowid);
      const { endpointName, submittedBy, inputBytes } = request;
      onCommit(() => {
        this.#counts.byEndpoint.add(endpointName, { queued: 1 });
        if (submittedBy !== undefined) this.#counts.byKey.add(submittedBy, { queued: 1, inputBytes: inputBytes ?? 0 });
      });
      return { invocation: { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 }, repeated: false };
    }, signal);
  }

  /**
   * Returns the invocation that was accepted under the same idempotency key within its window. Forgets an older key.
   */
  #acceptedBefore({ endpointName, idempotencyKey, acceptedAt }: InvocationRequest): InvocationRow | undefined {
    if (idempotencyKey === undefined) return undefined;
    const first = this.#sql.findByIdempotencyKey.get(endpointName, idempotencyKey);
    if (!first || first.accepted_at > acceptedAt - IDEMPOTENCY_WINDOW_MS) return first;
    this.#sql.forgetIdempotencyKey.run(first.sequence);
    return undefined;
  }

  /**
   * Returns the invocation that redrives the same original already. Otherwise marks the original as redriven by this
   * request.
   */
  #runAgainBefore({ id, redriveOf }: InvocationRequest): InvocationRow | undefined {
    if (redriveOf === undefined) return undefined;
    const original = this.#sql.find.get(redriveOf);
    if (!original) throw new EbbError('InvocationNotFound', `There is no invocation '${redriveOf}'.`);
    if (original.redriven_as !== null) return this.#sql.find.get(original.redriven_as);
    if (!canBeRedriven(original.state)) {
      throw new EbbError('InvocationNotSettled', `The invocation '${redriveOf}' is ${original.state}.`);
    }
    this.#sql.markRedriven.run(id, original.sequence);
    return undefined;
  }

  async lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]> {
    const { endpointName, workerId, count, now, leasedUntil, slots } = request;
    return this.#takeFromQueue(
      () =>
        this.#sql.nextSequences.all(endpointName, count).map((sequence, index) => {
          const { instanceId = null, variantName = null, instanceReadyAt = null } = slots?.[index] ?? {};
          const place = [instanceId, variantName, instanceReadyAt] as const;
          return this.#sql.leaseBySequence.get(workerId, leasedUntil, now, ...place, sequence)!;
        }),
      signal,
    );
  }

  /** `startedAt` does not change, because the model does not get these invocations. */
  async leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]> {
    const { workerId, count, now, leasedUntil } = request;
    return this.#takeFromQueue(() => this.#sql.leaseExpired.all(workerId, leasedUntil, now, count), signal);
  }

  async #takeFromQueue(take: () => InvocationRow[], signal?: AbortSignal): Promise<Invocation[]> {
    const rows = await this.#group.write((onCommit) => {
      const taken = take();
      for (const row of taken) this.#count(row, { queued: -1, running: 1 }, onCommit);
      return taken;
    }, signal);
    return rows.map(toInvocation);
  }

  async renew(leases: readonly Lease[], leasedUntil: number, signal?: AbortSignal): Promise<Lease[]> {
    return this.#group.write(
      () =>
        leases.filter(({ invocationId, attempt }) => {
          return this.#sql.renew.run(leasedUntil, invocationId, attempt).changes === 1;
        }),
      signal,
    );
  }

  async release(lease: Lease, broken: boolean, ended?: EndedAttempt, signal?: AbortSignal): Promise<boolean> {
    const values = { ...endedValues(ended), broken: broken ? 1 : 0, id: lease.invocationId, attempt: lease.attempt };
    return this.#group.write((onCommit) => {
      const released = this.#sql.release.get(values);
      if (released) this.#count(released, { queued: 1, running: -1 }, onCommit);
      return released !== undefined;
    }, signal);
  }

  async settle(
    lease: Lease,
    settlement: Settlement,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    const encoded = encodeDeliveries(deliveries);
    const { state, settledAt, failureReason = null, failureKind = null, responseContentType = null } = settlement;
    const { invocationId: id, attempt } = lease;
    const ended = endedValues(settlement.ended);
    return this.#group.write((onCommit) => {
      const values = { ...ended, state, settledAt, failureReason, failureKind, responseContentType, id, attempt };
      const settled = this.#sql.settle.get(values);
      if (!settled) return false;
      this.#outbox.add(encoded, onCommit);
      this.#count(settled, { running: -1 }, onCommit);
      return true;
    }, signal);
  }

  async cancel(
    invocationId: string,
    { settledAt, failureReason }: Cancellation,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    const encoded = encodeDeliveries(deliveries);
    const ended = endedValues({ endedAt: settledAt, kind: 'cancelled' });
    return this.#group.write((onCommit) => {
      const row = this.#sql.find.get(invocationId);
      if (row?.state !== 'Queued' && row?.state !== 'Running') return false;
      this.#sql.cancel.run({ ...ended, settledAt, failureReason: failureReason ?? null, sequence: row.sequence });
      this.#outbox.add(encoded, onCommit);
      this.#count(row, inState(row.state, -1), onCommit);
      return true;
    }, signal);
  }

  async reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]> {
    const ended = endedValues({ endedAt: now, kind: 'lost' });
    return this.#group.write((onCommit) => {
      const reclaimed = this.#sql.reclaimRunOut.all({ ...ended, now });
      if (workerId !== undefined) reclaimed.push(...this.#sql.reclaimHeldBy.all({ ...ended, workerId }));
      for (const row of reclaimed) this.#count(row, { queued: 1, running: -1 }, onCommit);
      return [...new Set(reclaimed.map(({ endpoint_name }) => endpoint_name))];
    }, signal);
  }

  #count(
    { endpoint_name, submitted_by, input_bytes }: Counted,
    change: Pick<Partial<BacklogCount>, 'queued' | 'running'>,
    onCommit: OnCommit,
  ): void {
    const isGone = (change.queued ?? 0) + (change.running ?? 0) < 0;
    onCommit(() => {
      this.#counts.byEndpoint.add(endpoint_name, change);
      if (submitted_by === null) return;
      this.#counts.byKey.add(submitted_by, isGone ? { ...change, inputBytes: -(input_bytes ?? 0) } : change);
    });
  }
}

function endedValues(ended: EndedAttempt | undefined): EndedValues {
  const { endedAt = null, kind = null, status = null, reason = null } = ended ?? {};
  return { endedAt, kind, status, reason };
}
