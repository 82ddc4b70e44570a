import type { Delivery } from '../../libs/core/notification.js';
import { Outbox, type DeliveryOutcome, type DueDelivery } from '../../libs/core/ports/outbox.js';

interface KeptDelivery {
  readonly delivery: Delivery;
  readonly failures: number;
  /** Absent once it is given up. */
  readonly dueAt?: number;
  readonly reason?: string;
}

/** The outbox in memory, for simulations: no timers and no chance, so that a run can be repeated exactly. */
export class MemoryOutbox extends Outbox {
  readonly #deliveries = new Map<string, KeptDelivery>();

  async enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    this.add(deliveries);
  }

  /** Adds at once, for the ledger that settles; those that are known already stay as they are. */
  add(deliveries: readonly Delivery[]): void {
    for (const delivery of deliveries) {
      if (this.#deliveries.has(delivery.id)) continue;
      this.#deliveries.set(delivery.id, { delivery, failures: 0, dueAt: delivery.createdAt });
    }
  }

  async take(count: number, now: number, takenUntil: number, signal?: AbortSignal): Promise<DueDelivery[]> {
    signal?.throwIfAborted();
    const due = this.#waiting()
      .filter((kept) => kept.dueAt <= now)
      .sort((a, b) => a.dueAt - b.dueAt)
      .slice(0, count);
    for (const kept of due) this.#deliveries.set(kept.delivery.id, { ...kept, dueAt: takenUntil });
    return due.map(({ delivery, failures }) => ({ delivery, failures }));
  }

  async record(deliveryId: string, outcome: DeliveryOutcome, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const kept = this.#deliveries.get(deliveryId);
    if (!kept) return;
    if (outcome.kind === 'done') {
      this.#deliveries.delete(deliveryId);
      this.add(outcome.replacedBy ?? []);
    } else if (kept.dueAt !== undefined) {
      const tried = { delivery: kept.delivery, failures: kept.failures + 1, reason: outcome.reason };
      this.#deliveries.set(deliveryId, outcome.kind === 'retry' ? { ...tried, dueAt: outcome.at } : tried);
    }
  }

  async nextDueAt(signal?: AbortSignal): Promise<number | undefined> {
    signal?.throwIfAborted();
    const waiting = this.#waiting();
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(({ dueAt }) => dueAt));
  }

  async count(signal?: AbortSignal): Promise<{ waiting: number; givenUp: number }> {
    signal?.throwIfAborted();
    const waiting = this.#waiting().length;
    return { waiting, givenUp: this.#deliveries.size - waiting };
  }

  #waiting(): (KeptDelivery & { readonly dueAt: number })[] {
    return [...this.#deliveries.values()].filter((kept) => kept.dueAt !== undefined) as (KeptDelivery & {
      readonly dueAt: number;
    })[];
  }
}
