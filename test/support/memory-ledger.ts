import type { Backlog } from '../../libs/core/backlog.js';
import { EbbError } from '../../libs/core/errors.js';
import { isSettled, type Invocation, type InvocationRequest } from '../../libs/core/invocation.js';
import type { Delivery } from '../../libs/core/notification.js';
import {
  Ledger,
  type InvocationQuery,
  type Lease,
  type LeaseRequest,
  type Settlement,
} from '../../libs/core/ports/ledger.js';
import { MemoryOutbox } from './memory-outbox.js';

/**
 * The ledger in memory, for simulations: each call takes effect as it is made and resolves without timers, so that a
 * run can be repeated exactly. It outlives an engine that is dropped, as a database outlives a process.
 */
export class MemoryLedger extends Ledger {
  /** In the order of acceptance: a map keeps a key's place when its value changes. */
  readonly #invocations = new Map<string, Invocation>();
  /** The queued and running ones again, so that leasing does not walk over a long history. */
  readonly #unsettled = new Map<string, Invocation>();
  /** Ids by endpoint and key. */
  readonly #firstByKey = new Map<string, string>();

  constructor(readonly outbox = new MemoryOutbox()) {
    super();
  }

  async accept(
    request: InvocationRequest,
    signal?: AbortSignal,
  ): Promise<{ invocation: Invocation; repeated: boolean }> {
    signal?.throwIfAborted();
    const { id, endpointName, idempotencyKey } = request;
    const key = idempotencyKey === undefined ? undefined : JSON.stringify([endpointName, idempotencyKey]);
    const first = key === undefined ? undefined : this.#firstByKey.get(key);
    if (first !== undefined) return { invocation: this.#invocations.get(first)!, repeated: true };
    if (this.#invocations.has(id)) throw new EbbError('AlreadyExists', `There is an invocation '${id}' already.`);
    if (key !== undefined) this.#firstByKey.set(key, id);
    const invocation: Invocation = { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 };
    this.#keep(invocation);
    return { invocation, repeated: false };
  }

  async lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    return this.#queued()
      .filter(({ endpointName }) => endpointName === request.endpointName)
      .slice(0, request.count)
      .map((invocation) => this.#run({ ...invocation, startedAt: request.now }, request));
  }

  async leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    return this.#queued()
      .filter(({ expiresAt }) => expiresAt <= request.now)
      .slice(0, request.count)
      .map((invocation) => this.#run(invocation, request));
  }

  async renew(leases: readonly Lease[], leasedUntil: number, signal?: AbortSignal): Promise<Lease[]> {
    signal?.throwIfAborted();
    return leases.filter((lease) => {
      const invocation = this.#held(lease);
      if (invocation) this.#keep({ ...invocation, leasedUntil });
      return invocation !== undefined;
    });
  }

  async release(lease: Lease, broken: boolean, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    const invocation = this.#held(lease);
    if (!invocation) return false;
    this.#requeue({ ...invocation, brokenAttempts: invocation.brokenAttempts + (broken ? 1 : 0) });
    return true;
  }

  async settle(
    lease: Lease,
    settlement: Settlement,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    signal?.throwIfAborted();
    const invocation = this.#held(lease);
    if (!invocation) return false;
    this.#keep({ ...withoutLease(invocation), ...settlement });
    this.outbox.add(deliveries);
    return true;
  }

  async cancel(
    invocationId: string,
    now: number,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    signal?.throwIfAborted();
    const invocation = this.#unsettled.get(invocationId);
    if (!invocation) return false;
    this.#keep({ ...withoutLease(invocation), state: 'Cancelled', settledAt: now });
    this.outbox.add(deliveries);
    return true;
  }

  async reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    const lost = [...this.#unsettled.values()].filter(({ state, leasedUntil, workerId: holder }) => {
      return state === 'Running' && (leasedUntil! <= now || (workerId !== undefined && holder === workerId));
    });
    for (const invocation of lost) this.#requeue(invocation);
    return [...new Set(lost.map(({ endpointName }) => endpointName))];
  }

  async find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined> {
    signal?.throwIfAborted();
    return this.#invocations.get(invocationId);
  }

  async list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    const { endpointName, states, after, limit = 100 } = query;
    const newestFirst = [...this.#invocations.values()].reverse();
    const start = after === undefined ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && start === 0) return [];
    return newestFirst
      .slice(start)
      .filter((invocation) => endpointName === undefined || invocation.endpointName === endpointName)
      .filter(({ state }) => states === undefined || states.includes(state))
      .slice(0, limit);
  }

  async backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog> {
    signal?.throwIfAborted();
    const here = [...this.#unsettled.values()].filter((invocation) => invocation.endpointName === endpointName);
    const queued = here.filter(({ state }) => state === 'Queued');
    const counts = { queued: queued.length, running: here.length - queued.length };
    return queued[0] ? { ...counts, oldestAcceptedAt: queued[0].acceptedAt } : counts;
  }

  async endpointsWithBacklog(signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    return [...new Set([...this.#unsettled.values()].map(({ endpointName }) => endpointName))];
  }

  #queued(): Invocation[] {
    return [...this.#unsettled.values()].filter(({ state }) => state === 'Queued');
  }

  #held({ invocationId, attempt }: Lease): Invocation | undefined {
    const invocation = this.#unsettled.get(invocationId);
    return invocation?.state === 'Running' && invocation.attempt === attempt ? invocation : undefined;
  }

  #run(invocation: Invocation, { workerId, leasedUntil }: Omit<LeaseRequest, 'endpointName'>): Invocation {
    return this.#keep({ ...invocation, state: 'Running', attempt: invocation.attempt + 1, workerId, leasedUntil });
  }

  #requeue(invocation: Invocation): void {
    this.#keep({ ...withoutLease(invocation), state: 'Queued' });
  }

  #keep(invocation: Invocation): Invocation {
    this.#invocations.set(invocation.id, invocation);
    if (isSettled(invocation.state)) this.#unsettled.delete(invocation.id);
    else this.#unsettled.set(invocation.id, invocation);
    return invocation;
  }
}

function withoutLease(invocation: Invocation): Invocation {
  const { workerId: _workerId, leasedUntil: _leasedUntil, ...rest } = invocation;
  return rest;
}
