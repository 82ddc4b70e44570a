import type { Backlog } from '../../core/backlog.js';
import { EbbError } from '../../core/errors.js';
import type { Invocation, InvocationRequest } from '../../core/invocation.js';
import type { Delivery } from '../../core/notification.js';
import {
  Ledger,
  type InvocationQuery,
  type Lease,
  type LeaseRequest,
  type Settlement,
} from '../../core/ports/ledger.js';
import { BacklogCounts } from './backlog-counts.js';
import type { GroupCommit } from './group-commit.js';
import { listInvocations } from './sqlite-listing.js';
import { encodeDeliveries, type SqliteOutbox } from './sqlite-outbox.js';
import { acceptedValues, toInvocation, type InvocationRow } from './sqlite-row.js';
import { ledgerStatements, type LedgerStatements } from './sqlite-statements.js';

type Accepted = { readonly invocation: Invocation; readonly repeated: boolean };

/** The ledger in one SQLite file. Writes take effect in the order in which they are asked for. */
export class SqliteLedger extends Ledger {
  readonly #group: GroupCommit;
  readonly #outbox: SqliteOutbox;
  readonly #sql: LedgerStatements;
  readonly #counts = new BacklogCounts();

  /** `outbox` is the one over the same database: settlements and their deliveries share a transaction. */
  constructor(group: GroupCommit, outbox: SqliteOutbox) {
    super();
    this.#group = group;
    this.#outbox = outbox;
    this.#sql = ledgerStatements(group.database);
    for (const { endpoint_name, state, count } of this.#sql.countUnsettled.all()) {
      this.#counts.add(endpoint_name, state === 'Queued' ? { queued: count } : { running: count });
    }
  }

  async accept(request: InvocationRequest, signal?: AbortSignal): Promise<Accepted> {
    const values = acceptedValues(request);
    return this.#group.write<Accepted>((onCommit) => {
      if (this.#sql.accept.run(...values).changes === 0) return this.#acceptedBefore(request);
      onCommit(() => this.#counts.add(request.endpointName, { queued: 1 }));
      return { invocation: { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 }, repeated: false };
    }, signal);
  }

  #acceptedBefore({ id, endpointName, idempotencyKey }: InvocationRequest): Accepted {
    const first =
      idempotencyKey === undefined ? undefined : this.#sql.findByIdempotencyKey.get(endpointName, idempotencyKey);
    if (!first) throw new EbbError('AlreadyExists', `There is an invocation '${id}' already.`);
    return { invocation: toInvocation(first), repeated: true };
  }

  async lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]> {
    const { endpointName, workerId, count, now, leasedUntil } = request;
    const { oldestQueuedSequences, leaseBySequence } = this.#sql;
    return this.#takeFromQueue(
      () =>
        oldestQueuedSequences
          .all(endpointName, count)
          .map((sequence) => leaseBySequence.get(workerId, leasedUntil, now, sequence)!),
      signal,
    );
  }

  /** Leases those of `invocationIds` that are queued; the others are left alone. */
  async leaseByIds(
    invocationIds: readonly string[],
    request: Omit<LeaseRequest, 'endpointName' | 'count'>,
    signal?: AbortSignal,
  ): Promise<Invocation[]> {
    const { workerId, now, leasedUntil } = request;
    return this.#takeFromQueue(
      () => invocationIds.flatMap((id) => this.#sql.leaseById.get(workerId, leasedUntil, now, id) ?? []),
      signal,
    );
  }

  /** `startedAt` stays as it was: the model is not going to see these. */
  async leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]> {
    const { workerId, count, now, leasedUntil } = request;
    return this.#takeFromQueue(() => this.#sql.leaseExpired.all(workerId, leasedUntil, now, count), signal);
  }

  async #takeFromQueue(take: () => InvocationRow[], signal?: AbortSignal): Promise<Invocation[]> {
    const rows = await this.#group.write((onCommit) => {
      const taken = take();
      onCommit(() => {
        for (const { endpoint_name } of taken) this.#counts.add(endpoint_name, { queued: -1, running: 1 });
      });
      return taken;
    }, signal);
    // SQLite does not promise an order for what RETURNING gives back.
    return rows.sort((a, b) => a.sequence - b.sequence).map(toInvocation);
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

  async release(lease: Lease, broken: boolean, signal?: AbortSignal): Promise<boolean> {
    return this.#group.write((onCommit) => {
      const released = this.#sql.release.get(broken ? 1 : 0, lease.invocationId, lease.attempt);
      if (!released) return false;
      onCommit(() => this.#counts.add(released.endpoint_name, { queued: 1, running: -1 }));
      return true;
    }, signal);
  }

  async settle(
    lease: Lease,
    settlement: Settlement,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    const encoded = encodeDeliveries(deliveries);
    const { state, settledAt, failureReason = null, responseContentType = null } = settlement;
    return this.#group.write((onCommit) => {
      const { invocationId, attempt } = lease;
      const settled = this.#sql.settle.get(state, settledAt, failureReason, responseContentType, invocationId, attempt);
      if (!settled) return false;
      this.#outbox.add(encoded, onCommit);
      onCommit(() => this.#counts.add(settled.endpoint_name, { running: -1 }));
      return true;
    }, signal);
  }

  async cancel(
    invocationId: string,
    now: number,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    const encoded = encodeDeliveries(deliveries);
    return this.#group.write((onCommit) => {
      const row = this.#sql.find.get(invocationId);
      if (row?.state !== 'Queued' && row?.state !== 'Running') return false;
      this.#sql.cancel.run(now, row.sequence);
      this.#outbox.add(encoded, onCommit);
      onCommit(() => this.#counts.add(row.endpoint_name, row.state === 'Queued' ? { queued: -1 } : { running: -1 }));
      return true;
    }, signal);
  }

  async reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]> {
    return this.#group.write((onCommit) => {
      const reclaimed = this.#sql.reclaimRunOut.all(now);
      if (workerId !== undefined) reclaimed.push(...this.#sql.reclaimHeldBy.all(workerId));
      onCommit(() => {
        for (const { endpoint_name } of reclaimed) this.#counts.add(endpoint_name, { queued: 1, running: -1 });
      });
      return [...new Set(reclaimed.map(({ endpoint_name }) => endpoint_name))];
    }, signal);
  }

  async find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined> {
    const row = this.#group.read(() => this.#sql.find.get(invocationId), signal);
    return row && toInvocation(row);
  }

  async list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]> {
    return this.#group.read(() => listInvocations(this.#sql, query), signal);
  }

  async backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog> {
    const { queued, running } = this.#counts.of(endpointName);
    const oldestAcceptedAt = this.#group.read(() => this.#sql.oldestAcceptedAt.get(endpointName), signal);
    return oldestAcceptedAt === undefined ? { queued, running } : { queued, running, oldestAcceptedAt };
  }

  /** The ids of the oldest queued invocations of an endpoint. */
  async oldestQueued(endpointName: string, limit: number, signal?: AbortSignal): Promise<string[]> {
    return this.#group.read(() => this.#sql.oldestQueued.all(endpointName, limit), signal);
  }

  async endpointsWithBacklog(signal?: AbortSignal): Promise<string[]> {
    return this.#group.read(() => this.#counts.endpointNames(), signal);
  }
}
