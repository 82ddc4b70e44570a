import type Database from 'better-sqlite3';
import { type DatabasePlan, openDatabase } from '../sqlite/open-database.js';

/** Enough for the hot ends of every index; what is deeper in a long backlog stays on disk. */
const CACHE_KIB = 16 * 1024;
/** 4 MiB of write-ahead log: a larger one makes each checkpoint, and with it the slowest commit, longer. */
const CHECKPOINT_PAGES = 1000;

const LEDGER_DATABASE: DatabasePlan = {
  name: 'ledger',
  pragmas: ['synchronous = FULL', `cache_size = -${CACHE_KIB}`, `wal_autocheckpoint = ${CHECKPOINT_PAGES}`],
  migrations: [
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
  ],
};

/** Opens `ledger.sqlite` in a data directory, or `:memory:`. */
export function openLedgerDatabase(dataDirectory: string): Database.Database {
  return openDatabase(dataDirectory, LEDGER_DATABASE);
}
