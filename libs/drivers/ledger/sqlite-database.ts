import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EbbError } from '../../core/errors.js';

/** Enough for the hot ends of every index; what is deeper in a long backlog stays on disk. */
const CACHE_KIB = 16 * 1024;
/** 4 MiB of write-ahead log: a larger one makes each checkpoint, and with it the slowest commit, longer. */
const CHECKPOINT_PAGES = 1000;

/** Applied in order; `user_version` counts how many have been. Written ones are never edited. */
const MIGRATIONS = [
  `
  CREATE TABLE invocations (
    sequence INTEGER PRIMARY KEY, -- the order of acceptance
    id TEXT NOT NULL UNIQUE,
    endpoint_name TEXT NOT NULL,
    state TEXT NOT NULL DEFAULT 'Queued',
    attempt INTEGER NOT NULL DEFAULT 0,
    broken_attempts INTEGER NOT NULL DEFAULT 0,
    accepted_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    idempotency_key TEXT,
    worker_id TEXT,
    leased_until INTEGER,
    started_at INTEGER,
    settled_at INTEGER,
    failure_reason TEXT,
    response_content_type TEXT,
    details TEXT NOT NULL -- what no query looks at, as JSON
  ) STRICT;
  -- Every entry ends in the sequence: this is each endpoint's queue, in order, and its listing by state.
  CREATE INDEX invocations_by_state ON invocations (state, endpoint_name);
  CREATE INDEX queued_by_expiry ON invocations (expires_at) WHERE state = 'Queued';
  CREATE INDEX running_by_lease ON invocations (leased_until) WHERE state = 'Running';
  CREATE UNIQUE INDEX invocations_by_idempotency_key ON invocations (endpoint_name, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

  CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    due_at INTEGER, -- null once it is given up
    failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    delivery TEXT NOT NULL -- JSON
  ) STRICT;
  CREATE INDEX deliveries_by_due_time ON deliveries (due_at) WHERE due_at IS NOT NULL;
  `,
];

/**
 * Opens `ledger.sqlite` in a data directory, or `:memory:`, for this process alone and brings its schema up to date.
 * Raises `Unavailable`, naming the directory, where another process has it open or it cannot be used.
 */
export function openLedgerDatabase(dataDirectory: string): Database.Database {
  try {
    if (dataDirectory === ':memory:') return prepared(new Database(':memory:'));
    mkdirSync(dataDirectory, { recursive: true });
    return prepared(new Database(join(dataDirectory, 'ledger.sqlite'), { timeout: 0 }));
  } catch (cause) {
    throw new EbbError('Unavailable', whyNot(dataDirectory, cause), { cause });
  }
}

function prepared(database: Database.Database): Database.Database {
  try {
    // Exclusive before WAL keeps the log's index in this process's memory, so nobody else can even read; the kernel
    // drops the lock with the process, however that ends.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma(`cache_size = -${CACHE_KIB}`);
    database.pragma(`wal_autocheckpoint = ${CHECKPOINT_PAGES}`);
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
  return `The ledger in the data directory '${dataDirectory}' cannot be opened: ${reason}.`;
}
