import { type DeliveryAttempt, MAX_KEPT_ATTEMPTS } from '../../libs/core/delivery/delivery-attempt.js';
import { type Delivery, destinationOf } from '../../libs/core/delivery/delivery.js';
import {
  type Closed,
  type DeliveryOutcome,
  type DeliveryQuery,
  type DueDelivery,
  type KnownDelivery,
  Outbox,
} from '../../libs/core/ports/outbox.js';

const NOBODY: Closed = new Set();

/** The outbox in memory, for simulations: no timers and no chance, so that a run can be repeated exactly. */
export class MemoryOutbox extends Outbox {
  readonly #deliveries = new Map<string, KnownDelivery>();

  async enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.add(deliveries);
  }

  /** Adds at once, for the ledger that settles; those that are known already stay as they are. */
  add(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      if (this.#deliveries.has(delivery.id)) continue;
      this.#keep({ delivery, state: 'waiting', failures: 0, dueAt: delivery.createdAt, attempts: [] });
    }
  }

  async take(
    count: number,
    now: number,
    takenUntil: number,
    closed = NOBODY,
    signal?: AbortSignal,
  ): Promise<DueDelivery[]> {
    signal?.throwIfAborted();
    const due = this.#waiting(closed)
      .filter(({ dueAt }) => dueAt! <= now)
      .sort((a, b) => a.dueAt! - b.dueAt!)
      .slice(0, count);
    for (const known of due) this.#keep({ ...known, dueAt: takenUntil });
    return due.map(({ delivery, failures }) => ({ delivery, failures }));
  }

  async record(
    { id, createdAt }: Pick<Delivery, 'id' | 'createdAt'>,
    outcome: DeliveryOutcome,
    attempt?: DeliveryAttempt,
    signal?: AbortSignal,
  ): Promise<void> {
    signal?.throwIfAborted();
    const known = this.#deliveries.get(id);
    if (!known || known.state === 'delivered') return;
    const attempts = [...known.attempts, ...(attempt ? [attempt] : [])].slice(-MAX_KEPT_ATTEMPTS);
    const { delivery, failures } = known;
    const doneAt = attempt === undefined ? 0 : attempt.at + attempt.durationMs;
    if (outcome.kind === 'done') {
      if (delivery.receiver.kind === 'callback')
        this.#keep({ delivery, state: 'delivered', failures, doneAt, attempts });
      else this.#deliveries.delete(id);
      this.add(outcome.replacedBy ?? []);
    } else if (delivery.createdAt !== createdAt) {
      this.#keep({ ...known, attempts });
    } else if (known.state === 'waiting') {
      const tried = { delivery, failures: failures + 1, reason: outcome.reason, attempts };
      if (outcome.kind === 'retry') this.#keep({ ...tried, state: 'waiting', dueAt: outcome.at });
      else this.#keep({ ...tried, state: 'given-up', doneAt });
    }
  }

  async nextDueAt(closed = NOBODY, signal?: AbortSignal): Promise<number | undefined> {
    signal?.throwIfAborted();
    const waiting = this.#waiting(closed);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueAt }) => dueAt!));
  }

  async count(signal?: AbortSignal): Promise<{ waiting: number; givenUp: number }> {
    signal?.throwIfAborted();
    const givenUp = [...this.#deliveries.values()].filter(({ state }) => state === 'given-up').length;
    return { waiting: this.#waiting(NOBODY).length, givenUp };
  }

  async find(deliveryId: string, signal?: AbortSignal): Promise<KnownDelivery | undefined> {
    signal?.throwIfAborted();
    return this.#deliveries.get(deliveryId);
  }

  async ofInvocation(invocationId: string, signal?: AbortSignal): Promise<KnownDelivery[]> {
    signal?.throwIfAborted();
    return [...this.#deliveries.values()].filter(({ delivery }) => delivery.invocationId === invocationId);
  }

  async list({ state, after, limit }: DeliveryQuery, signal?: AbortSignal): Promise<KnownDelivery[]> {
    signal?.throwIfAborted();
    const newestFirst = [...this.#deliveries.values()].reverse();
    const start = after === undefined ? 0 : newestFirst.findIndex(({ delivery }) => delivery.id === after) + 1;
    if (after !== undefined && start === 0) return [];
    return newestFirst
      .slice(start)
      .filter((known) => state === undefined || known.state === state)
      .slice(0, limit);
  }

  async redeliver(deliveryId: string, now: number, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    const known = this.#deliveries.get(deliveryId);
    if (!known) return false;
    const { attempts, delivery } = known;
    this.#keep({ delivery: { ...delivery, createdAt: now }, state: 'waiting', failures: 0, dueAt: now, attempts });
    return true;
  }

  async forget(doneBefore: number, limit: number, signal?: AbortSignal): Promise<number> {
    signal?.throwIfAborted();
    const old = [...this.#deliveries.values()].filter(({ doneAt = Infinity }) => doneAt < doneBefore).slice(0, limit);
    for (const { delivery } of old) this.#deliveries.delete(delivery.id);
    return old.length;
  }

  #keep(known: KnownDelivery): void {
    this.#deliveries.set(known.delivery.id, known);
  }

  #waiting(closed: Closed): KnownDelivery[] {
    return [...this.#deliveries.values()].filter(
      ({ delivery, state }) => state === 'waiting' && !closed.has(destinationOf(delivery)),
    );
  }
}
