import type Database from 'better-sqlite3';
import { AUDIT_RETENTION_MS, type AuditEntry, MAX_AUDIT_ENTRIES } from '../../../core/access/audit.js';
import type { Audit, AuditQuery } from '../../../core/ports/catalog.js';
import { write } from './sqlite-database.js';

interface EntryRow {
  readonly entry: string;
  readonly status: number | null;
}

/** The audit of operators' actions, kept on disk only: it is read only when a person asks. */
export class SqliteAudit implements Audit {
  private readonly insert: Database.Statement<[string, number, string | null, string, number | null]>;
  private readonly forget: Database.Statement<[number, number]>;
  private readonly answer: Database.Statement<[number, string]>;

  constructor(private readonly database: Database.Database) {
    this.insert = database.prepare('INSERT INTO audit (id, at, key_id, entry, status) VALUES (?, ?, ?, ?, ?)');
    this.forget = database.prepare('DELETE FROM audit WHERE at < ? OR number <= ?');
    this.answer = database.prepare('UPDATE audit SET status = ? WHERE id = ?');
  }

  async append(entry: AuditEntry, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { status, ...kept } = entry;
    const append = this.database.transaction(() => {
      const { lastInsertRowid } = this.insert.run(
        kept.id,
        kept.at,
        kept.keyId ?? null,
        JSON.stringify(kept),
        status ?? null,
      );
      this.forget.run(kept.at - AUDIT_RETENTION_MS, Number(lastInsertRowid) - MAX_AUDIT_ENTRIES);
    });
    write(append);
  }

  async answered(id: string, status: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    write(() => this.answer.run(status, id));
  }

  async list({ keyId, before, limit }: AuditQuery, signal?: AbortSignal): Promise<AuditEntry[]> {
    signal?.throwIfAborted();
    const conditions: string[] = [];
    const values: unknown[] = [];
    const only = (condition: string, value: string | undefined): void => {
      if (value === undefined) return;
      conditions.push(condition);
      values.push(value);
    };
    only('key_id = ?', keyId);
    only('id < ?', before);
    const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
    return this.database
      .prepare<unknown[], EntryRow>(`SELECT entry, status FROM audit ${where} ORDER BY id DESC LIMIT ?`)
      .all(...values, limit)
      .map(({ entry, status }) => ({ ...(JSON.parse(entry) as AuditEntry), ...(status !== null && { status }) }));
  }
}
