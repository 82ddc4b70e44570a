import type { Delivery } from '../../libs/core/delivery/delivery.js';
import { EbbError } from '../../libs/core/errors.js';
import { type AttemptRecord, type EndedAttempt, MAX_PAST_ATTEMPTS } from '../../libs/core/invocation/attempt.js';
import type { Backlog } from '../../libs/core/invocation/backlog.js';
import {
  type Invocation,
  type InvocationRequest,
  canBeRedriven,
  isSettled,
} from '../../libs/core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS, queuePlace } from '../../libs/core/invocation/submission.js';
import {
  type Cancellation,
  type InvocationQuery,
  type KeyLoad,
  type Lease,
  type LeaseRequest,
  Ledger,
  MAX_POSITION,
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
    const { id, acceptedAt, endpointName, idempotencyKey, redriveOf } = request;
    const again = redriveOf === undefined ? undefined : this.#runAgainBefore(redriveOf);
    if (again) return { invocation: again, repeated: true };
    const key = idempotencyKey === undefined ? undefined : JSON.stringify([endpointName, idempotencyKey]);
    const first = key === undefined ? undefined : this.#invocations.get(this.#firstByKey.get(key) ?? '');
    if (first && first.acceptedAt > acceptedAt - IDEMPOTENCY_WINDOW_MS) return { invocation: first, repeated: true };
    if (this.#invocations.has(id)) throw new EbbError('AlreadyExists', `There is an invocation '${id}' already.`);
    if (first) this.#keep({ ...first, idempotencyKey: undefined });
    if (key !== undefined) this.#firstByKey.set(key, id);
    if (redriveOf !== undefined) this.#keep({ ...this.#invocations.get(redriveOf)!, redrivenAs: id });
    const invocation: Invocation = { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 };
    this.#keep(invocation);
    return { invocation, repeated: false };
  }

  #runAgainBefore(id: string): Invocation | undefined {
    const original = this.#invocations.get(id);
    if (!original) throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
    if (original.redrivenAs !== undefined) return this.#invocations.get(original.redrivenAs);
    if (canBeRedriven(original.state)) return undefined;
    throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${original.state}.`);
  }

  async lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    return this.#queued()
      .filter(({ endpointName }) => endpointName === request.endpointName)
      .sort((a, b) => queuePlace(a) - queuePlace(b))
      .slice(0, request.count)
      .map((invocation, index) =>
        this.#run({ ...invocation, startedAt: request.now, ...request.slots?.[index] }, request),
      );
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

  async release(lease: Lease, broken: boolean, ended?: EndedAttempt, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    const invocation = this.#held(lease);
    if (!invocation) return false;
    this.#requeue({ ...invocation, brokenAttempts: invocation.brokenAttempts + (broken ? 1 : 0) }, ended);
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
    const { ended, ...outcome } = settlement;
    this.#keep({ ...withoutLease(invocation, ended), ...outcome });
    this.outbox.add(deliveries);
    return true;
  }

  async cancel(
    invocationId: string,
    { settledAt, failureReason }: Cancellation,
    deliveries: readonly Delivery[],
    signal?: AbortSignal,
  ): Promise<boolean> {
    signal?.throwIfAborted();
    const invocation = this.#unsettled.get(invocationId);
    if (!invocation) return false;
    const released = withoutLease(invocation, { endedAt: settledAt, kind: 'cancelled' });
    this.#keep({ ...released, state: 'Cancelled', settledAt, failureReason, failureKind: 'cancelled' });
    this.outbox.add(deliveries);
    return true;
  }

  async reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    const lost = [...this.#unsettled.values()].filter(({ state, leasedUntil, workerId: holder }) => {
      return state === 'Running' && (leasedUntil! <= now || (workerId !== undefined && holder === workerId));
    });
    for (const invocation of lost) this.#requeue(invocation, { endedAt: now, kind: 'lost' });
    return [...new Set(lost.map(({ endpointName }) => endpointName))];
  }

  async find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined> {
    signal?.throwIfAborted();
    return this.#invocations.get(invocationId);
  }

  async findByKey(
    endpointName: string,
    idempotencyKey: string,
    now: number,
    signal?: AbortSignal,
  ): Promise<Invocation | undefined> {
    signal?.throwIfAborted();
    const id = this.#firstByKey.get(JSON.stringify([endpointName, idempotencyKey]));
    const first = id === undefined ? undefined : this.#invocations.get(id);
    return first && first.acceptedAt > now - IDEMPOTENCY_WINDOW_MS ? first : undefined;
  }

  async position(invocationId: string, signal?: AbortSignal): Promise<number | undefined> {
    signal?.throwIfAborted();
    const invocation = this.#unsettled.get(invocationId);
    if (invocation?.state !== 'Queued') return undefined;
    const queue = this.#queued()
      .filter(({ endpointName }) => endpointName === invocation.endpointName)
      .sort((a, b) => queuePlace(a) - queuePlace(b));
    return Math.min(MAX_POSITION, queue.indexOf(invocation));
  }

  async list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    const { after, limit = 100 } = query;
    const newestFirst = [...this.#invocations.values()].reverse();
    const start = after === undefined ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && start === 0) return [];
    return newestFirst
      .slice(start)
      .filter((invocation) => isLookedFor(invocation, query))
      .slice(0, limit);
  }

  async backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog> {
    signal?.throwIfAborted();
    const here = [...this.#unsettled.values()].filter((invocation) => invocation.endpointName === endpointName);
    const queued = here.filter(({ state }) => state === 'Queued');
    const counts = { queued: queued.length, running: here.length - queued.length };
    return queued[0] ? { ...counts, oldestAcceptedAt: queued[0].acceptedAt } : counts;
  }

  async keyLoad(submittedBy: string, signal?: AbortSignal): Promise<KeyLoad> {
    signal?.throwIfAborted();
    const own = [...this.#unsettled.values()].filter((invocation) => invocation.submittedBy === submittedBy);
    const queued = own.filter(({ state }) => state === 'Queued').length;
    const inputBytes = own.reduce((sum, invocation) => sum + (invocation.inputBytes ?? 0), 0);
    return { queued, running: own.length - queued, inputBytes };
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

  #requeue(invocation: Invocation, ended: EndedAttempt | undefined): void {
    this.#keep({ ...withoutLease(invocation, ended), state: 'Queued' });
  }

  #keep(invocation: Invocation): Invocation {
    this.#invocations.set(invocation.id, invocation);
    if (isSettled(invocation.state)) this.#unsettled.delete(invocation.id);
    else this.#unsettled.set(invocation.id, invocation);
    return invocation;
  }
}

function isLookedFor(invocation: Invocation, query: InvocationQuery): boolean {
  const {
    acceptedBefore,
    acceptedFrom,
    endpointName,
    failureKinds,
    inferenceId,
    labels = {},
    states,
    submittedBy,
  } = query;
  return (
    (endpointName === undefined || invocation.endpointName === endpointName) &&
    (states === undefined || states.includes(invocation.state)) &&
    (failureKinds === undefined || failureKinds.includes(invocation.failureKind!)) &&
    (inferenceId === undefined || (invocation.inferenceId === inferenceId && invocation.id !== inferenceId)) &&
    (submittedBy === undefined || invocation.submittedBy === submittedBy) &&
    Object.entries(labels).every(([name, value]) => invocation.labels?.[name] === value) &&
    invocation.acceptedAt >= (acceptedFrom ?? 0) &&
    invocation.acceptedAt < (acceptedBefore ?? Infinity)
  );
}

/** Nobody has it any more, and if its attempt ran on an instance, that is on record. */
export function withoutLease(invocation: Invocation, ended: EndedAttempt | undefined): Invocation {
  const { workerId: _w, leasedUntil: _l, instanceId, variantName, instanceReadyAt, ...rest } = invocation;
  if (instanceId === undefined || ended === undefined) return rest;
  const { attempt, pastAttempts = [], startedAt } = rest;
  const record: AttemptRecord = { number: attempt, instanceId, variantName, instanceReadyAt, startedAt, ...ended };
  return { ...rest, pastAttempts: [...pastAttempts, record].slice(-MAX_PAST_ATTEMPTS) };
}
