import type { Backlog } from '../../../core/invocation/backlog.js';
import type { Invocation } from '../../../core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS } from '../../../core/invocation/submission.js';
import { type InvocationQuery, Invocations, type KeyLoad, MAX_POSITION } from '../../../core/ports/invocations.js';
import type { GroupCommit } from './group-commit.js';
import { InvocationListing } from './sqlite-listing.js';
import { toInvocation } from './sqlite-row.js';
import type { LedgerStatements } from './sqlite-statements.js';
import type { UnsettledCounts } from './unsettled-counts.js';

/** Looks up the invocations of a SQLite ledger. */
export class SqliteInvocations extends Invocations {
  readonly #group: GroupCommit;
  readonly #sql: LedgerStatements;
  readonly #counts: UnsettledCounts;
  readonly #listing: InvocationListing;

  constructor(group: GroupCommit, sql: LedgerStatements, counts: UnsettledCounts) {
    super();
    this.#group = group;
    this.#sql = sql;
    this.#counts = counts;
    this.#listing = new InvocationListing(group.database, sql);
  }

  async find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined> {
    const row = this.#group.read(() => this.#sql.find.get(invocationId), signal);
    return row && toInvocation(row);
  }

  async findByKey(
    endpointName: string,
    idempotencyKey: string,
    now: number,
    signal?: AbortSignal,
  ): Promise<Invocation | undefined> {
    const row = this.#group.read(() => this.#sql.findByIdempotencyKey.get(endpointName, idempotencyKey), signal);
    return row && row.accepted_at > now - IDEMPOTENCY_WINDOW_MS ? toInvocation(row) : undefined;
  }

  async position(invocationId: string, signal?: AbortSignal): Promise<number | undefined> {
    return this.#group.read(() => {
      const row = this.#sql.find.get(invocationId);
      if (row?.state !== 'Queued') return undefined;
      return this.#sql.countBefore.get(row.endpoint_name, row.place, row.sequence, MAX_POSITION);
    }, signal);
  }

  async list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]> {
    return this.#group.read(() => this.#listing.page(query), signal);
  }

  async backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog> {
    const { queued, running } = this.#counts.byEndpoint.of(endpointName);
    const oldestAcceptedAt = this.#group.read(() => this.#sql.oldestAcceptedAt.get(endpointName), signal);
    return oldestAcceptedAt === undefined ? { queued, running } : { queued, running, oldestAcceptedAt };
  }

  async keyLoad(submittedBy: string, signal?: AbortSignal): Promise<KeyLoad> {
    return this.#group.read(() => this.#counts.byKey.of(submittedBy), signal);
  }

  /** Returns the ids of the oldest queued invocations of an endpoint. */
  async oldestQueued(endpointName: string, limit: number, signal?: AbortSignal): Promise<string[]> {
    return this.#group.read(() => this.#sql.oldestQueued.all(endpointName, limit), signal);
  }

  async endpointsWithBacklog(signal?: AbortSignal): Promise<string[]> {
    return this.#group.read(() => this.#counts.byEndpoint.names(), signal);
  }
}
