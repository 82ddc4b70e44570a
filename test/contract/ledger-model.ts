import type { EndedAttempt } from '../../libs/core/invocation/attempt.js';
import type { Backlog } from '../../libs/core/invocation/backlog.js';
import { type Invocation, type InvocationRequest, isSettled } from '../../libs/core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS, queuePlace } from '../../libs/core/invocation/submission.js';
import type { Cancellation, Lease, LeaseRequest, Settlement } from '../../libs/core/ports/ledger.js';
import { withoutLease } from '../support/memory-ledger.js';

type ExpiredRequest = Omit<LeaseRequest, 'endpointName'>;

/** A model of a ledger: a list of invocations in the order of acceptance, from which the expected answers follow. */
export class LedgerModel {
  #invocations: Invocation[] = [];

  accept(request: InvocationRequest): { invocation: Invocation; repeated: boolean } {
    const first = this.#invocations.find(({ endpointName, idempotencyKey }) => {
      return (
        request.idempotencyKey !== undefined &&
        endpointName === request.endpointName &&
        idempotencyKey === request.idempotencyKey
      );
    });
    if (first && first.acceptedAt > request.acceptedAt - IDEMPOTENCY_WINDOW_MS) {
      return { invocation: first, repeated: true };
    }
    this.#change(first, (found) => ({ ...found, idempotencyKey: undefined }));
    const invocation: Invocation = { ...request, state: 'Queued', attempt: 0, brokenAttempts: 0 };
    this.#invocations.push(invocation);
    return { invocation, repeated: false };
  }

  /** Leases the oldest invocations. If the order is approximate, leases the `chosen` ones that could be leased. */
  lease(request: LeaseRequest, chosen?: readonly string[]): Invocation[] {
    const queued = this.#queued().filter(({ endpointName }) => endpointName === request.endpointName);
    const taken = chosen ? among(queued, chosen) : queued.sort((a, b) => queuePlace(a) - queuePlace(b));
    return taken
      .slice(0, request.count)
      .map((found, index) => this.#run({ ...found, startedAt: request.now, ...request.slots?.[index] }, request));
  }

  /** Leases as many expired invocations as there are, preferring the ones that the ledger has `chosen`. */
  leaseExpired(request: ExpiredRequest, chosen: readonly string[]): Invocation[] {
    const expired = this.#queued().filter(({ expiresAt }) => expiresAt <= request.now);
    const taken = new Set([...among(expired, chosen), ...expired]);
    return [...taken].slice(0, request.count).map((found) => this.#run(found, request));
  }

  settle(lease: Lease, { ended, ...outcome }: Settlement): boolean {
    return this.#change(this.#held(lease), (held) => ({ ...withoutLease(held, ended), ...outcome }));
  }

  release(lease: Lease, broken: boolean, ended?: EndedAttempt): boolean {
    return this.#change(this.#held(lease), (held) => ({
      ...withoutLease(held, ended),
      state: 'Queued',
      brokenAttempts: held.brokenAttempts + Number(broken),
    }));
  }

  renew(lease: Lease, leasedUntil: number): boolean {
    return this.#change(this.#held(lease), (held) => ({ ...held, leasedUntil }));
  }

  cancel(invocationId: string, cancellation: Cancellation): boolean {
    const unsettled = this.#invocations.find(({ id, state }) => id === invocationId && !isSettled(state));
    return this.#change(unsettled, (found) => ({
      ...withoutLease(found, { endedAt: cancellation.settledAt, kind: 'cancelled' }),
      state: 'Cancelled',
      failureKind: 'cancelled',
      ...cancellation,
    }));
  }

  reclaim(now: number, workerId?: string): string[] {
    const lost = this.#invocations.filter((invocation) => {
      const runOut = invocation.leasedUntil !== undefined && invocation.leasedUntil <= now;
      return invocation.state === 'Running' && (runOut || (workerId !== undefined && invocation.workerId === workerId));
    });
    for (const invocation of lost) {
      const ended: EndedAttempt = { endedAt: now, kind: 'lost' };
      this.#change(invocation, (found) => ({ ...withoutLease(found, ended), state: 'Queued' }));
    }
    return [...new Set(lost.map(({ endpointName }) => endpointName))];
  }

  newestFirst(): Invocation[] {
    return this.#invocations.toReversed();
  }

  backlog(endpointName: string): Backlog {
    const here = this.#invocations.filter((invocation) => invocation.endpointName === endpointName);
    const queued = here.filter(({ state }) => state === 'Queued');
    const running = here.filter(({ state }) => state === 'Running').length;
    const oldest = queued[0] && { oldestAcceptedAt: queued[0].acceptedAt };
    return { queued: queued.length, running, ...oldest };
  }

  #run(found: Invocation, { workerId, leasedUntil }: ExpiredRequest): Invocation {
    const running: Invocation = { ...found, state: 'Running', attempt: found.attempt + 1, workerId, leasedUntil };
    this.#change(found, () => running);
    return running;
  }

  #queued(): Invocation[] {
    return this.#invocations.filter(({ state }) => state === 'Queued');
  }

  #held({ invocationId, attempt }: Lease): Invocation | undefined {
    return this.#invocations.find((invocation) => {
      return invocation.id === invocationId && invocation.attempt === attempt && invocation.state === 'Running';
    });
  }

  #change(found: Invocation | undefined, change: (found: Invocation) => Invocation): boolean {
    if (!found) return false;
    this.#invocations = this.#invocations.map((invocation) =>
      invocation.id === found.id ? change(found) : invocation,
    );
    return true;
  }
}

function among(candidates: readonly Invocation[], ids: readonly string[]): Invocation[] {
  return ids.flatMap((wanted) => candidates.filter(({ id }) => id === wanted));
}
