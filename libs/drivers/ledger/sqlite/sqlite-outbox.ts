import type { DeliveryAttempt } from '../../../core/delivery/delivery-attempt.js';
import type { Delivery } from '../../../core/delivery/delivery.js';
import { destinationOf } from '../../../core/delivery/delivery.js';
import {
  type Closed,
  type DeliveryOutcome,
  type DeliveryQuery,
  type DueDelivery,
  type KnownDelivery,
  Outbox,
} from '../../../core/ports/outbox.js';
import type { GroupCommit } from './group-commit.js';
import { type Prepared, prepareAll } from '../../sqlite/statement.js';
import { DELIVERING } from './sql/delivering.js';
import { type DeliveryRow, toKnownDelivery } from './sqlite-delivery-row.js';

/** A delivery that is serialised before the group's transaction, so an error in it is the caller's alone. */
export interface EncodedDelivery {
  readonly id: string;
  readonly dueAt: number;
  readonly destination: string;
  readonly invocationId: string | null;
  readonly json: string;
}

/** Serialises deliveries for the outbox. */
export function encodeDeliveries(deliveries: readonly Delivery[]): EncodedDelivery[] {
  return deliveries.map((delivery) => ({
    id: delivery.id,
    dueAt: delivery.createdAt,
    destination: destinationOf(delivery),
    invocationId: delivery.invocationId ?? null,
    json: JSON.stringify(delivery),
  }));
}

const NOBODY: Closed = new Set();
type OnCommit = (effect: () => void) => void;

/**
 * The outbox in the ledger's SQLite file. Taken deliveries are recorded in memory only. One process owns the file, so
 * after a kill all taken deliveries are due again at once.
 */
export class SqliteOutbox extends Outbox {
  readonly #group: GroupCommit;
  readonly #sql: Prepared<typeof DELIVERING>;
  /** The time until which a delivery is taken, by its id. */
  readonly #takenUntil = new Map<string, number>();
  #waiting: number;
  #givenUp: number;

  constructor(group: GroupCommit) {
    super();
    this.#group = group;
    this.#sql = prepareAll(group.database, DELIVERING);
    const counts = new Map(this.#sql.count.all().map(({ state, count }) => [state, count]));
    this.#waiting = counts.get('waiting') ?? 0;
    this.#givenUp = counts.get('given-up') ?? 0;
  }

  async enqueue(deliveries: readonly Delivery[], signal?: AbortSignal): Promise<void> {
    const encoded = encodeDeliveries(deliveries);
    return this.#group.write((onCommit) => this.add(encoded, onCommit), signal);
  }

  /** Adds deliveries within a write of the shared group. Deliveries that exist already do not change. */
  add(deliveries: readonly EncodedDelivery[], onCommit: OnCommit): void {
    let added = 0;
    for (const { id, dueAt, destination, invocationId, json } of deliveries) {
      added += this.#sql.add.run(id, dueAt, destination, invocationId, json).changes;
    }
    if (added > 0) onCommit(() => (this.#waiting += added));
  }

  async take(
    count: number,
    now: number,
    takenUntil: number,
    closed = NOBODY,
    signal?: AbortSignal,
  ): Promise<DueDelivery[]> {
    const due = this.#group.read(() => this.#due(count, now, closed), signal);
    for (const { id } of due) this.#takenUntil.set(id, takenUntil);
    return due.map(({ delivery, failures }) => ({ delivery: JSON.parse(delivery) as Delivery, failures }));
  }

  /**
   * Returns the oldest due deliveries. If they are taken or their destinations are closed, returns the oldest of each
   * other destination.
   */
  #due(count: number, now: number, closed: Closed): DeliveryRow[] {
    const isFree = ({ id, destination }: DeliveryRow): boolean =>
      (this.#takenUntil.get(id) ?? now) <= now && !closed.has(destination);
    const limit = count + this.#takenUntil.size;
    const oldest = this.#sql.due.all(now, limit);
    const free = oldest.filter(isFree).slice(0, count);
    if (free.length === count || oldest.length < limit) return free;
    const known = new Set(free.map(({ id }) => id));
    const others = [...this.#destinations()]
      .filter((destination) => !closed.has(destination))
      .flatMap((destination) => this.#sql.dueAt.all(destination, now, limit).filter(isFree))
      .filter(({ id }) => !known.has(id))
      .sort((a, b) => a.due_at! - b.due_at!);
    return [...free, ...others].slice(0, count);
  }

  /** Changes nothing if the delivery is done already, because another taker was faster. */
  async record(
    { id, createdAt }: Pick<Delivery, 'id' | 'createdAt'>,
    outcome: DeliveryOutcome,
    attempt?: DeliveryAttempt,
    signal?: AbortSignal,
  ): Promise<void> {
    const json = attempt === undefined ? null : JSON.stringify(attempt);
    const doneAt = attempt === undefined ? 0 : attempt.at + attempt.durationMs;
    const replacedBy = encodeDeliveries((outcome.kind === 'done' && outcome.replacedBy) || []);
    return this.#group.write((onCommit) => {
      const row = this.#sql.find.get(id);
      if (!row || row.state === 'delivered') return;
      if (outcome.kind === 'done') return this.#recordDone(row, json, doneAt, replacedBy, onCommit);
      if (row.due_at === null) return;
      if ((JSON.parse(row.delivery) as Delivery).createdAt !== createdAt) {
        this.#sql.note.run({ id, attempt: json });
        return;
      }
      switch (outcome.kind) {
        case 'retry':
          this.#sql.retry.run({ id, attempt: json, dueAt: outcome.at, reason: outcome.reason });
          return onCommit(() => this.#takenUntil.delete(id));
        case 'given-up':
          this.#sql.giveUp.run({ id, attempt: json, doneAt, reason: outcome.reason });
          return onCommit(() => {
            this.#takenUntil.delete(id);
            this.#waiting--;
            this.#givenUp++;
          });
      }
    }, signal);
  }

  #recordDone(
    row: DeliveryRow,
    attempt: string | null,
    doneAt: number,
    replacedBy: readonly EncodedDelivery[],
    onCommit: OnCommit,
  ): void {
    const { kind } = (JSON.parse(row.delivery) as Delivery).receiver;
    if (kind === 'callback') this.#sql.deliver.run({ id: row.id, attempt, doneAt });
    else this.#sql.remove.run(row.id);
    this.add(replacedBy, onCommit);
    onCommit(() => {
      this.#takenUntil.delete(row.id);
      if (row.state === 'waiting') this.#waiting--;
      else this.#givenUp--;
    });
  }

  async nextDueAt(closed = NOBODY, signal?: AbortSignal): Promise<number | undefined> {
    return this.#group.read(() => {
      // One more than are taken, so that the earliest free delivery is among them unless its destination is closed.
      const limit = this.#takenUntil.size + 1;
      const earliest = this.#sql.earliest.all(limit);
      const free = earliest.filter(({ destination }) => !closed.has(destination));
      const isFound = earliest.length < limit || free.some(({ id }) => !this.#takenUntil.has(id));
      if (!isFound) free.push(...this.#earliestOfOthers(closed, limit));
      const times = free.map(({ id, due_at }) => this.#takenUntil.get(id) ?? due_at);
      return times.length === 0 ? undefined : Math.min(...times);
    }, signal);
  }

  #earliestOfOthers(closed: Closed, limit: number): { id: string; due_at: number; destination: string }[] {
    return [...this.#destinations()]
      .filter((destination) => !closed.has(destination))
      .flatMap((destination) => this.#sql.earliestAt.all(destination, limit));
  }

  async count(signal?: AbortSignal): Promise<{ waiting: number; givenUp: number }> {
    return this.#group.read(() => ({ waiting: this.#waiting, givenUp: this.#givenUp }), signal);
  }

  async find(deliveryId: string, signal?: AbortSignal): Promise<KnownDelivery | undefined> {
    const row = this.#group.read(() => this.#sql.find.get(deliveryId), signal);
    return row && toKnownDelivery(row);
  }

  async ofInvocation(invocationId: string, signal?: AbortSignal): Promise<KnownDelivery[]> {
    return this.#group.read(() => this.#sql.ofInvocation.all(invocationId), signal).map(toKnownDelivery);
  }

  async list({ state, after, limit }: DeliveryQuery, signal?: AbortSignal): Promise<KnownDelivery[]> {
    const rows = this.#group.read(() => {
      const before = after === undefined ? Number.MAX_SAFE_INTEGER : this.#sql.sequenceOf.get(after);
      if (before === undefined) return [];
      return state === undefined ? this.#sql.newest.all(before, limit) : this.#sql.newestOf.all(state, before, limit);
    }, signal);
    return rows.map(toKnownDelivery);
  }

  async redeliver(deliveryId: string, now: number, signal?: AbortSignal): Promise<boolean> {
    return this.#group.write((onCommit) => {
      const row = this.#sql.find.get(deliveryId);
      if (!row) return false;
      const delivery: Delivery = { ...(JSON.parse(row.delivery) as Delivery), createdAt: now };
      this.#sql.renew.run(now, JSON.stringify(delivery), deliveryId);
      onCommit(() => {
        this.#takenUntil.delete(deliveryId);
        if (row.state !== 'waiting') this.#waiting++;
        if (row.state === 'given-up') this.#givenUp--;
      });
      return true;
    }, signal);
  }

  async forget(doneBefore: number, limit: number, signal?: AbortSignal): Promise<number> {
    return this.#group.write((onCommit) => {
      const forgotten = this.#sql.forget.all(doneBefore, limit);
      const givenUp = forgotten.filter(({ state }) => state === 'given-up').length;
      onCommit(() => (this.#givenUp -= givenUp));
      return forgotten.length;
    }, signal);
  }

  /** Finds each destination after the previous one in the index, and skips the deliveries of each destination. */
  *#destinations(): Generator<string> {
    let destination = this.#sql.firstDestination.get();
    while (destination !== undefined) {
      yield destination;
      destination = this.#sql.destinationAfter.get(destination);
    }
  }
}
