import type Database from 'better-sqlite3';
import { EbbError } from '../../../core/errors.js';
import { isStoreFailure, storeError } from '../../sqlite/store-failure.js';

/** The most writes in one group. A full group is committed at once, any other at the end of the event loop's turn. */
export const MAX_WRITES_PER_GROUP = 256;

/**
 * A write: synchronous statements inside the group's transaction. It may run twice, so every effect outside the
 * database goes into `onCommit`.
 */
export type Write<T> = (onCommit: (effect: () => void) => void) => T;

interface PendingWrite {
  readonly write: Write<unknown>;
  readonly signal: AbortSignal | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

interface Outcome {
  readonly value?: unknown;
  readonly failure?: { readonly reason: unknown };
  readonly effects: readonly (() => void)[];
}

/**
 * Commits the writes of many callers in one transaction, in the order of submission. All writes of one turn of the
 * event loop share one fsync. A promise resolves when its write is on disk. A write that throws fails alone. If the
 * store fails, the whole group is undone and rejected with `StorageFull` or `Unavailable`.
 */
export class GroupCommit {
  #pending: PendingWrite[] = [];
  #scheduled: NodeJS.Immediate | undefined;
  #closed = false;

  readonly #begin;
  readonly #commit;
  readonly #rollback;
  readonly #savepoint;
  readonly #release;
  readonly #rollbackToSavepoint;

  constructor(readonly database: Database.Database) {
    this.#begin = database.prepare('BEGIN IMMEDIATE');
    this.#commit = database.prepare('COMMIT');
    this.#rollback = database.prepare('ROLLBACK');
    this.#savepoint = database.prepare('SAVEPOINT single_write');
    this.#release = database.prepare('RELEASE single_write');
    this.#rollbackToSavepoint = database.prepare('ROLLBACK TO single_write');
  }

  /** Queues a write for the next commit. An abort of the signal before that commit withdraws the write. */
  write<T>(write: Write<T>, signal?: AbortSignal): Promise<T> {
    if (this.#closed) return Promise.reject(closed());
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise<T>((resolve, reject) => {
      this.#pending.push({ write, signal, resolve: resolve as (value: unknown) => void, reject });
      if (this.#pending.length >= MAX_WRITES_PER_GROUP) this.flush();
      else this.#scheduled ??= setImmediate(() => this.flush());
    });
  }

  /** Reads committed data at once; a read never waits. */
  read<T>(read: () => T, signal?: AbortSignal): T {
    if (this.#closed) throw closed();
    signal?.throwIfAborted();
    try {
      return read();
    } catch (error) {
      throw storeError(error, 'ledger');
    }
  }

  /** Commits the queued writes now. */
  flush(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    const group = this.#pending.filter((pending) => !pending.signal?.aborted);
    const withdrawn = this.#pending.filter((pending) => pending.signal?.aborted);
    this.#pending = [];
    for (const { signal, reject } of withdrawn) reject(signal?.reason);
    if (group.length > 0) this.#commitGroup(group);
  }

  /** Commits the queued writes and refuses later calls as `Unavailable`. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #commitGroup(group: readonly PendingWrite[]): void {
    let outcomes: Outcome[];
    try {
      outcomes = this.#runTogether(group) ?? this.#runApart(group);
    } catch (error) {
      const reason = storeError(error, 'ledger');
      for (const { reject } of group) reject(reason);
      this.#undo();
      return;
    }
    for (const { effects } of outcomes) for (const effect of effects) effect();
    for (const [index, { value, failure }] of outcomes.entries()) {
      if (failure) group[index]!.reject(failure.reason);
      else group[index]!.resolve(value);
    }
  }

  /** Returns undefined, and undoes everything, if a write failed rather than the store. */
  #runTogether(group: readonly PendingWrite[]): Outcome[] | undefined {
    this.#begin.run();
    let outcomes: Outcome[];
    try {
      outcomes = group.map(({ write }) => run(write));
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      this.#undo();
      return undefined;
    }
    this.#commit.run();
    return outcomes;
  }

  /** Runs each write in a savepoint of its own. Savepoints in every group would be slower for a case that is rare. */
  #runApart(group: readonly PendingWrite[]): Outcome[] {
    this.#begin.run();
    const outcomes = group.map(({ write }) => this.#runInSavepoint(write));
    this.#commit.run();
    return outcomes;
  }

  #runInSavepoint(write: Write<unknown>): Outcome {
    this.#savepoint.run();
    try {
      const outcome = run(write);
      this.#release.run();
      return outcome;
    } catch (error) {
      if (isStoreFailure(error)) throw error;
      this.#rollbackToSavepoint.run();
      this.#release.run();
      return { failure: { reason: error }, effects: [] };
    }
  }

  /** SQLite rolls back on its own after some failures and not after others. */
  #undo(): void {
    if (this.database.inTransaction) this.#rollback.run();
  }
}

function closed(): EbbError {
  return new EbbError('Unavailable', 'The ledger is closed.');
}

function run(write: Write<unknown>): Outcome {
  const effects: (() => void)[] = [];
  return { value: write((effect) => effects.push(effect)), effects };
}
