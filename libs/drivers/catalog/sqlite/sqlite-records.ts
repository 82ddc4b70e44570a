import type Database from 'better-sqlite3';
import type { Records } from '../../../core/ports/catalog.js';
import { write } from './sqlite-database.js';

/**
 * Records of one kind, read from memory and written through to disk. Every invocation reads its endpoint, so a read
 * must cost no more than a look into a map. Memory suffices because an installation has thousands of records, not
 * millions.
 */
export class SqliteRecords<T> implements Records<T> {
  private readonly records: Map<string, T>;
  /** All keys in order; undefined after a key was added or deleted, until a read needs the order again. */
  private order: string[] | undefined;
  private readonly upsert: Database.Statement<[string, string, string]>;
  private readonly remove: Database.Statement<[string, string]>;

  constructor(
    database: Database.Database,
    private readonly kind: string,
  ) {
    const rows = database
      .prepare<[string], { key: string; record: string }>('SELECT key, record FROM records WHERE kind = ?')
      .all(kind);
    this.records = new Map(rows.map((row) => [row.key, JSON.parse(row.record) as T]));
    this.upsert = database.prepare('INSERT OR REPLACE INTO records (kind, key, record) VALUES (?, ?, ?)');
    this.remove = database.prepare('DELETE FROM records WHERE kind = ? AND key = ?');
  }

  async get(key: string, signal?: AbortSignal): Promise<T | undefined> {
    signal?.throwIfAborted();
    return this.records.get(key);
  }

  async all(signal?: AbortSignal): Promise<T[]> {
    signal?.throwIfAborted();
    return this.sorted().map((key) => this.records.get(key)!);
  }

  async under(prefix: string, signal?: AbortSignal): Promise<T[]> {
    signal?.throwIfAborted();
    const keys = this.sorted();
    const first = firstNotBelow(keys, prefix);
    let end = first;
    while (end < keys.length && keys[end]!.startsWith(prefix)) end += 1;
    return keys.slice(first, end).map((key) => this.records.get(key)!);
  }

  async create(key: string, record: T, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    if (this.records.has(key)) return false;
    this.store(key, record);
    return true;
  }

  async update(key: string, change: (record: T) => T, signal?: AbortSignal): Promise<T | undefined> {
    signal?.throwIfAborted();
    const current = this.records.get(key);
    if (current === undefined) return undefined;
    const changed = change(current);
    if (changed !== current) this.store(key, changed);
    return changed;
  }

  async delete(key: string, signal?: AbortSignal): Promise<T | undefined> {
    signal?.throwIfAborted();
    const record = this.records.get(key);
    if (record === undefined) return undefined;
    write(() => this.remove.run(this.kind, key));
    this.records.delete(key);
    this.order = undefined;
    return record;
  }

  /** Writes to disk first: memory must never show a record that a crash would take back. */
  private store(key: string, record: T): void {
    write(() => this.upsert.run(this.kind, key, JSON.stringify(record)));
    if (!this.records.has(key)) this.order = undefined;
    this.records.set(key, record);
  }

  /** Returns the keys sorted by code unit, the one order that every driver can promise under any collation. */
  private sorted(): readonly string[] {
    return (this.order ??= [...this.records.keys()].sort());
  }
}

/** Returns the index of `prefix` among sorted keys, or the index at which it would be inserted. */
function firstNotBelow(keys: readonly string[], prefix: string): number {
  let low = 0;
  let high = keys.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keys[middle]! < prefix) low = middle + 1;
    else high = middle;
  }
  return low;
}
