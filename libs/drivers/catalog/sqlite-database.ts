import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EbbError } from '../../core/errors.js';

/** Applied in order; `user_version` counts how many have been. Written ones are never edited. */
const MIGRATIONS = [
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
];

/**
 * Opens `catalog.sqlite` in a data directory, or `:memory:`, for this process alone and brings its schema up to date.
 * Raises `Unavailable`, naming the directory, where another process has it open or it cannot be used.
 */
export function openCatalogDatabase(dataDirectory: string): Database.Database {
  try {
    if (dataDirectory === ':memory:') return prepared(new Database(':memory:'));
    mkdirSync(dataDirectory, { recursive: true });
    return prepared(new Database(join(dataDirectory, 'catalog.sqlite'), { timeout: 0 }));
  } catch (cause) {
    throw new EbbError('Unavailable', whyNot(dataDirectory, cause), { cause });
  }
}

function prepared(database: Database.Database): Database.Database {
  try {
    // Exclusive, because reads are served from this process's memory: a second writer would make them wrong.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.transaction(migrate).exclusive(database);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database.Database): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > MIGRATIONS.length) {
    throw new Error(`it was written by a newer version of Ebb (schema ${version}, known up to ${MIGRATIONS.length})`);
  }
  // Nothing is written when there is nothing to do: Ebb must be able to start on a full disk.
  if (version === MIGRATIONS.length) return;
  for (const migration of MIGRATIONS.slice(version)) database.exec(migration);
  database.pragma(`user_version = ${MIGRATIONS.length}`);
}

function whyNot(dataDirectory: string, cause: unknown): string {
  if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
    return `The data directory '${dataDirectory}' is in use by another Ebb process: one process owns it at a time.`;
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `The catalog in the data directory '${dataDirectory}' cannot be opened: ${reason}.`;
}

/** Runs one write; a failure of the store itself becomes `StorageFull` or `Unavailable`, and nothing was written. */
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
