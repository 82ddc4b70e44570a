import Database from 'better-sqlite3';
import { EbbError } from '../../../core/errors.js';
import { type DatabasePlan, openDatabase } from '../../sqlite/open-database.js';

const CATALOG_DATABASE: DatabasePlan = {
  name: 'catalog',
  pragmas: ['synchronous = FULL'],
  migrations: [
    `
  CREATE TABLE records (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    record TEXT NOT NULL, -- JSON
    PRIMARY KEY (kind, key)
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE activities (
    id TEXT PRIMARY KEY,
    endpoint_name TEXT NOT NULL,
    variant_name TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    activity TEXT NOT NULL -- JSON
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX activities_by_variant ON activities (endpoint_name, variant_name, id);
  CREATE INDEX activities_by_start ON activities (started_at);
  `,
    `
  ALTER TABLE activities ADD COLUMN not_scaled INTEGER NOT NULL DEFAULT 0;

  CREATE TABLE alarm_history (
    id TEXT PRIMARY KEY,
    alarm_name TEXT NOT NULL,
    at INTEGER NOT NULL,
    type TEXT NOT NULL,
    item TEXT NOT NULL -- JSON
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX alarm_history_by_alarm ON alarm_history (alarm_name, id);
  CREATE INDEX alarm_history_by_time ON alarm_history (at);
  `,
    `
  CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    at INTEGER NOT NULL,
    key_id TEXT,
    entry TEXT NOT NULL, -- JSON
    status INTEGER
  ) STRICT;
  CREATE INDEX audit_by_key ON audit (key_id, id);
  CREATE INDEX audit_by_time ON audit (at);
  `,
  ],
};

/**
 * Opens `catalog.sqlite` in a data directory, or `:memory:`. The file must belong to this process alone, because reads
 * are served from memory.
 */
export function openCatalogDatabase(dataDirectory: string): Database.Database {
  return openDatabase(dataDirectory, CATALOG_DATABASE);
}

/** Runs one write. If the store itself fails, raises `StorageFull` or `Unavailable`, and nothing was written. */
export function write<T>(statement: () => T): T {
  try {
    return statement();
  } catch (cause) {
    if (!(cause instanceof Error)) throw cause;
    const full = cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_FULL');
    throw full
      ? new EbbError('StorageFull', 'The catalog has no room left: nothing was recorded.', { cause })
      : new EbbError('Unavailable', `The catalog cannot be used now: ${cause.message}.`, { cause });
  }
}
