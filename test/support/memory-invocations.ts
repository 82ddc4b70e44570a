import type { Backlog } from '../../libs/core/invocation/backlog.js';
import { type Invocation, isSettled } from '../../libs/core/invocation/invocation.js';
import { IDEMPOTENCY_WINDOW_MS, queuePlace } from '../../libs/core/invocation/submission.js';
import { type InvocationQuery, Invocations, type KeyLoad, MAX_POSITION } from '../../libs/core/ports/invocations.js';

/** The record of invocations in memory: what a `MemoryLedger` writes, and what is looked up of it. */
export class MemoryInvocations extends Invocations {
  /** In the order of acceptance: a map keeps a key's place when its value changes. */
  readonly #all = new Map<string, Invocation>();
  /** The queued and running ones again, so that leasing does not walk over a long history. */
  readonly #unsettled = new Map<string, Invocation>();
  /** Ids by endpoint and key. */
  readonly #firstByKey = new Map<string, string>();

  get(id: string): Invocation | undefined {
    return this.#all.get(id);
  }

  /** The invocation that an endpoint's key was first used for, however long ago. */
  firstWithKey(endpointName: string, idempotencyKey: string): Invocation | undefined {
    return this.#all.get(this.#firstByKey.get(JSON.stringify([endpointName, idempotencyKey])) ?? '');
  }

  unsettled(): Invocation[] {
    return [...this.#unsettled.values()];
  }

  queued(): Invocation[] {
    return this.unsettled().filter(({ state }) => state === 'Queued');
  }

  keep(invocation: Invocation): Invocation {
    const { endpointName, id, idempotencyKey, state } = invocation;
    if (!this.#all.has(id) && idempotencyKey !== undefined) {
      this.#firstByKey.set(JSON.stringify([endpointName, idempotencyKey]), id);
    }
    this.#all.set(id, invocation);
    if (isSettled(state)) this.#unsettled.delete(id);
    else this.#unsettled.set(id, invocation);
    return invocation;
  }

  async find(invocationId: string, signal?: AbortSignal): Promise<Invocation | undefined> {
    signal?.throwIfAborted();
    return this.#all.get(invocationId);
  }

  async findByKey(
    endpointName: string,
    idempotencyKey: string,
    now: number,
    signal?: AbortSignal,
  ): Promise<Invocation | undefined> {
    signal?.throwIfAborted();
    const first = this.firstWithKey(endpointName, idempotencyKey);
    return first && first.acceptedAt > now - IDEMPOTENCY_WINDOW_MS ? first : undefined;
  }

  async position(invocationId: string, signal?: AbortSignal): Promise<number | undefined> {
    signal?.throwIfAborted();
    const invocation = this.#unsettled.get(invocationId);
    if (invocation?.state !== 'Queued') return undefined;
    const queue = this.queued()
      .filter(({ endpointName }) => endpointName === invocation.endpointName)
      .sort((a, b) => queuePlace(a) - queuePlace(b));
    return Math.min(MAX_POSITION, queue.indexOf(invocation));
  }

  async list(query: InvocationQuery, signal?: AbortSignal): Promise<Invocation[]> {
    signal?.throwIfAborted();
    const { after, limit = 100 } = query;
    const newestFirst = [...this.#all.values()].reverse();
    const start = after === undefined ? 0 : newestFirst.findIndex(({ id }) => id === after) + 1;
    if (after !== undefined && start === 0) return [];
    return newestFirst
      .slice(start)
      .filter((invocation) => isLookedFor(invocation, query))
      .slice(0, limit);
  }

  async backlog(endpointName: string, signal?: AbortSignal): Promise<Backlog> {
    signal?.throwIfAborted();
    const here = this.unsettled().filter((invocation) => invocation.endpointName === endpointName);
    const queued = here.filter(({ state }) => state === 'Queued');
    const counts = { queued: queued.length, running: here.length - queued.length };
    return queued[0] ? { ...counts, oldestAcceptedAt: queued[0].acceptedAt } : counts;
  }

  async keyLoad(submittedBy: string, signal?: AbortSignal): Promise<KeyLoad> {
    signal?.throwIfAborted();
    const own = this.unsettled().filter((invocation) => invocation.submittedBy === submittedBy);
    const queued = own.filter(({ state }) => state === 'Queued').length;
    const inputBytes = own.reduce((sum, invocation) => sum + (invocation.inputBytes ?? 0), 0);
    return { queued, running: own.length - queued, inputBytes };
  }

  async endpointsWithBacklog(signal?: AbortSignal): Promise<string[]> {
    signal?.throwIfAborted();
    return [...new Set(this.unsettled().map(({ endpointName }) => endpointName))];
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
