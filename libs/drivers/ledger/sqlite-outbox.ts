import type Database from 'better-sqlite3';
import type { Delivery } from '../../core/notification.js';
import { Outbox, type DeliveryOutcome, type DueDelivery } from '../../core/ports/outbox.js';
import type { GroupCommit } from './group-commit.js';

/** A delivery ready to be written: serialising is the caller's cost and the caller's error, not the group's. */
export interface EncodedDelivery {
  readonly id: string;
  readonly dueAt: number;
  readonly json: string;
}

export function encodeDeliveries(deliveries: readonly Delivery[]): EncodedDelivery[] {
  return deliveries.map((delivery) => ({
    id: delivery.id,
    dueAt: delivery.createdAt,
    json: JSON.stringify(delivery),
  }));
}

/**
 * The outbox in the ledger's SQLite file. Which deliveries are taken is known in memory only: the file belongs to one
 * process, so whoever opens it after a kill finds everything due again at once.
 */
export class SqliteOutbox extends Outbox {
  readonly #group: GroupCommit;
  readonly #sql: OutboxStatements;
  /** Until when a delivery is taken, by its id. */
  readonly #takenUntil = new Map<string, number>();
  #waiting: number;
  #givenUp: number;

  constructor(group: GroupCommit) {
    super();
    this.#group = group;
    this.#sql = outboxStatements(group.database);
    const { total, waiting } = this.#sql.count.get()!;
    this.#waiting = waiting;
    this.#givenUp = total - waiting;
  }

  async enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void> {
    const encoded = encodeDeliveries(deliveries);
    return this.#group.write((onCommit) => this.add(encoded, onCommit), signal);
  }

  /** Adds deliveries within a write of the group that both share; those that are known already stay as they are. */
  add(deliveries: readonly EncodedDelivery[], onCommit: (effect: () => void) => void): void {
    let added = 0;
    for (const { id, dueAt, json } of deliveries) added += this.#sql.add.run(id, dueAt, json).changes;
    if (added > 0) onCommit(() => (this.#waiting += added));
  }

  async take(count: number, now: number, takenUntil: number, signal?: AbortSignal): Promise<DueDelivery[]> {
    // Those that are taken are still due, and may all be in front.
    const due = this.#group.read(() => this.#sql.due.all(now, count + this.#takenUntil.size), signal);
    const free = due.filter(({ id }) => (this.#takenUntil.get(id) ?? now) <= now).slice(0, count);
    for (const { id } of free) this.#takenUntil.set(id, takenUntil);
    return free.map(({ delivery, failures }) => ({ delivery: JSON.parse(delivery) as Delivery, failures }));
  }

  /** Changes nothing when the delivery is done already: another taker was faster. */
  async record(deliveryId: string, outcome: DeliveryOutcome, signal?: AbortSignal): Promise<void> {
    switch (outcome.kind) {
      case 'done':
        return this.#recordDone(deliveryId, encodeDeliveries(outcome.replacedBy ?? []), signal);
      case 'retry':
        return this.#recordRetry(deliveryId, outcome.at, outcome.reason, signal);
      case 'given-up':
        return this.#recordGivenUp(deliveryId, outcome.reason, signal);
    }
  }

  async #recordDone(deliveryId: string, replacedBy: readonly EncodedDelivery[], signal?: AbortSignal): Promise<void> {
    return this.#group.write((onCommit) => {
      const removed = this.#sql.remove.get(deliveryId);
      if (!removed) return;
      this.add(replacedBy, onCommit);
      onCommit(() => {
        this.#takenUntil.delete(deliveryId);
        if (removed.due_at === null) this.#givenUp--;
        else this.#waiting--;
      });
    }, signal);
  }

  async #recordRetry(deliveryId: string, at: number, reason: string, signal?: AbortSignal): Promise<void> {
    return this.#group.write((onCommit) => {
      this.#sql.retry.run(at, reason, deliveryId);
      onCommit(() => this.#takenUntil.delete(deliveryId));
    }, signal);
  }

  async #recordGivenUp(deliveryId: string, reason: string, signal?: AbortSignal): Promise<void> {
    return this.#group.write((onCommit) => {
      if (this.#sql.giveUp.run(reason, deliveryId).changes === 0) return;
      onCommit(() => {
        this.#takenUntil.delete(deliveryId);
        this.#waiting--;
        this.#givenUp++;
      });
    }, signal);
  }

  async nextDueAt(signal?: AbortSignal): Promise<number | undefined> {
    // One more than are taken: the earliest of the others is among them.
    const earliest = this.#group.read(() => this.#sql.earliest.all(this.#takenUntil.size + 1), signal);
    const times = earliest.map(({ id, due_at }) => this.#takenUntil.get(id) ?? due_at);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  async count(signal?: AbortSignal): Promise<{ waiting: number; givenUp: number }> {
    return this.#group.read(() => ({ waiting: this.#waiting, givenUp: this.#givenUp }), signal);
  }
}

interface DueRow {
  readonly id: string;
  readonly delivery: string;
  readonly failures: number;
}

function outboxStatements(database: Database.Database) {
  const prepare = <Values extends unknown[], Row = unknown>(sql: string) => database.prepare<Values, Row>(sql);
  return {
    add: prepare<[id: string, dueAt: number, delivery: string]>(
      `INSERT INTO deliveries (id, due_at, delivery) VALUES (?, ?, ?) ON CONFLICT DO NOTHING`,
    ),
    due: prepare<[now: number, count: number], DueRow>(
      `SELECT id, delivery, failures FROM deliveries INDEXED BY deliveries_by_due_time
       WHERE due_at <= ? ORDER BY due_at, sequence LIMIT ?`,
    ),
    remove: prepare<[id: string], { due_at: number | null }>(`DELETE FROM deliveries WHERE id = ? RETURNING due_at`),
    retry: prepare<[at: number, reason: string, id: string]>(
      `UPDATE deliveries SET due_at = ?, failures = failures + 1, reason = ? WHERE id = ? AND due_at IS NOT NULL`,
    ),
    giveUp: prepare<[reason: string, id: string]>(
      `UPDATE deliveries SET due_at = NULL, failures = failures + 1, reason = ? WHERE id = ? AND due_at IS NOT NULL`,
    ),
    earliest: prepare<[count: number], { id: string; due_at: number }>(
      `SELECT id, due_at FROM deliveries INDEXED BY deliveries_by_due_time
       WHERE due_at IS NOT NULL ORDER BY due_at LIMIT ?`,
    ),
    count: prepare<[], { total: number; waiting: number }>(
      `SELECT count(*) AS total, count(due_at) AS waiting FROM deliveries`,
    ),
  };
}

type OutboxStatements = ReturnType<typeof outboxStatements>;
