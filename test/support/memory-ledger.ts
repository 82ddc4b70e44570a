import type { Delivery } from '../../libs/core/delivery/delivery.js';
import { EbbError } from '../../libs/core/errors.js';
import { type AttemptRecord, type EndedAttempt, MAX_PAST_ATTEMPTS } from '../../libs/core/invocation/attempt.js';
import {
  type Invocation,
  type InvocationRequest,
  canBeRedriven,
  isSettled,
} from '../../libs/core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS, queuePlace } from '../../libs/core/invocation/submission.js';
import {
  type Cancellation,
  type Lease,
  type LeaseRequest,
  Ledger,
  type Settlement,
} from '../../libs/core/ports/ledger.js';
import { MemoryInvocations } from './memory-invocations.js';
import { MemoryOutbox } from './memory-outbox.js';

/**
 * The ledger in memory, for simulations: each call takes effect as it is made and resolves without timers, so that a
 * run can be repeated exactly. It outlives an engine that is dropped, as a database outlives a process.
 */
export class MemoryLedger extends Ledger {
  readonly invocations = new MemoryInvocations();

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
    const first =
      idempotencyKey === undefined ? undefined : this.invocations.firstWithKey(endpointName, idempotencyKey);
    if (first && first.acceptedAt > acceptedAt - IDEMPOTENCY_WINDOW_MS) return { invocation: first, repeated: true };
    if (this.invocations.get(id)) throw new EbbError('AlreadyExists', `There is an invocation '${id}' already.`);
    if (first) this.invocations.keep({ ...first, idempotencyKey: undefined });
    if (redriveOf !== undefined) this.invocations.keep({ ...this.invocations.get(redriveOf)!, redrivenAs: id });
    const invocation: Invocation = { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 };
    this.invocations.keep(invocation);
    return { invocation, repeated: false };
  }

  #runAgainBefore(id: string): Invocation | undefined {
    const original = this.invocations.get(id);
    if (!original) throw new EbbError('InvocationNotFound', `There is no invocation '${id}'.`);
    if (original.redrivenAs !== undefined) return this.invocations.get(original.redrivenAs);
    if (canBeRedriven(original.state)) return undefined;
    throw new EbbError('InvocationNotSettled', `The invocation '${id}' is ${original.state}.`);
  }

  async lease(request: LeaseRequest, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    return this.invocations
      .queued()
      .filter(({ endpointName }) => endpointName === request.endpointName)
      .sort((a, b) => queuePlace(a) - queuePlace(b))
      .slice(0, request.count)
      .map((invocation, index) =>
        this.#run({ ...invocation, startedAt: request.now, ...request.slots?.[index] }, request),
      );
  }

  async leaseExpired(request: Omit<LeaseRequest, 'endpointName'>, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    return this.invocations
      .queued()
      .filter(({ expiresAt }) => expiresAt <= request.now)
      .slice(0, request.count)
      .map((invocation) => this.#run(invocation, request));
  }

  async renew(leases: readonly Lease[], leasedUntil: number, signal?: AbortSignal): Promise<Lease[]> {
    signal?.throwIfAborted();
    return leases.filter((lease) => {
      const invocation = this.#held(lease);
      if (invocation) this.invocations.keep({ ...invocation, leasedUntil });
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
    this.invocations.keep({ ...withoutLease(invocation, ended), ...outcome });
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
    const invocation = this.invocations.get(invocationId);
    if (!invocation || isSettled(invocation.state)) return false;
    const released = withoutLease(invocation, { endedAt: settledAt, kind: 'cancelled' });
    this.invocations.keep({ ...released, state: 'Cancelled', settledAt, failureReason, failureKind: 'cancelled' });
    this.outbox.add(deliveries);
    return true;
  }

  async reclaim(now: number, workerId?: string, signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    const lost = this.invocations.unsettled().filter(({ state, leasedUntil, workerId: holder }) => {
      return state === 'Running' && (leasedUntil! <= now || (workerId !== undefined && holder === workerId));
    });
    for (const invocation of lost) this.#requeue(invocation, { endedAt: now, kind: 'lost' });
    return [...new Set(lost.map(({ endpointName }) => endpointName))];
  }

  #held({ invocationId, attempt }: Lease): Invocation | undefined {
    const invocation = this.invocations.get(invocationId);
    return invocation?.state === 'Running' && invocation.attempt === attempt ? invocation : undefined;
  }

  #run(invocation: Invocation, { workerId, leasedUntil }: Omit<LeaseRequest, 'endpointName'>): Invocation {
    return this.invocations.keep({
      ...invocation,
      state: 'Running',
      attempt: invocation.attempt + 1,
      workerId,
      leasedUntil,
    });
  }

  #requeue(invocation: Invocation, ended: EndedAttempt | undefined): void {
    this.invocations.keep({ ...withoutLease(invocation, ended), state: 'Queued' });
  }
}

/** Nobody has it any more, and if its attempt ran on an instance, that is on record. */
export function withoutLease(invocation: Invocation, ended: EndedAttempt | undefined): Invocation {
  const { workerId: _w, leasedUntil: _l, instanceId, variantName, instanceReadyAt, ...rest } = invocation;
  if (instanceId === undefined || ended === undefined) return rest;
  const { attempt, pastAttempts = [], startedAt } = rest;
  const record: AttemptRecord = { number: attempt, instanceId, variantName, instanceReadyAt, startedAt, ...ended };
  return { ...rest, pastAttempts: [...pastAttempts, record].slice(-MAX_PAST_ATTEMPTS) };
}
