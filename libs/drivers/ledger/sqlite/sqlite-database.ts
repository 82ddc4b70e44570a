import type Database from 'better-sqlite3';
import { type DatabasePlan, openDatabase } from '../../sqlite/open-database.js';

/** The page cache. It holds the parts of every index that are used most; the rest of a long backlog stays on disk. */
const CACHE_KIB = 16 * 1024;
/** The write-ahead log's pages (4 MiB). A larger log makes each checkpoint longer, and with it the slowest commit. */
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
  -- Every entry ends in the sequence: this is each endpoint's listing by state.
  CREATE INDEX invocations_by_state ON invocations (state, endpoint_name);
  CREATE INDEX queued_by_expiry ON invocations (expires_at) WHERE state = 'Queued';
  CREATE INDEX running_by_lease ON invocations (leased_until) WHERE state = 'Running';
  CREATE UNIQUE INDEX invocations_by_idempotency_key ON invocations (endpoint_name, idempotency_key)
    WHERE idempotency_key IS NOT NULL;

  CREATE TABLE deliveries (
    sequence INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    due_at INTEGER, -- null once it is done with
    failures INTEGER NOT NULL DEFAULT 0,
    reason TEXT,
    delivery TEXT NOT NULL -- JSON
  ) STRICT;
  CREATE INDEX deliveries_by_due_time ON deliveries (due_at) WHERE due_at IS NOT NULL;
  `,
    `
  ALTER TABLE invocations ADD COLUMN place INTEGER NOT NULL DEFAULT 0; -- in the queue
  ALTER TABLE invocations ADD COLUMN instance_id TEXT;
  ALTER TABLE invocations ADD COLUMN variant_name TEXT;
  ALTER TABLE invocations ADD COLUMN instance_ready_at INTEGER;
  ALTER TABLE invocations ADD COLUMN past_attempts TEXT; -- JSON
  ALTER TABLE invocations ADD COLUMN failure_kind TEXT;
  ALTER TABLE invocations ADD COLUMN submitted_by TEXT;
  ALTER TABLE invocations ADD COLUMN input_bytes INTEGER;
  ALTER TABLE invocations ADD COLUMN redriven_as TEXT;
  UPDATE invocations SET place = accepted_at;
  -- Each endpoint's queue, in order: every entry ends in the sequence.
  CREATE INDEX queued_by_place ON invocations (endpoint_name, place) WHERE state = 'Queued';
  CREATE INDEX unsettled_by_key ON invocations (submitted_by, state, input_bytes)
    WHERE submitted_by IS NOT NULL AND settled_at IS NULL;
  -- What an invocation is found by: its labels and the access key that it came with.
  CREATE TABLE invocation_terms (
    term TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (term, sequence)
  ) STRICT, WITHOUT ROWID;

  ALTER TABLE deliveries ADD COLUMN state TEXT NOT NULL DEFAULT 'waiting';
  ALTER TABLE deliveries ADD COLUMN destination TEXT NOT NULL DEFAULT '';
  ALTER TABLE deliveries ADD COLUMN invocation_id TEXT;
  ALTER TABLE deliveries ADD COLUMN attempts TEXT; -- JSON
  ALTER TABLE deliveries ADD COLUMN done_at INTEGER;
  UPDATE deliveries SET state = 'given-up', done_at = unixepoch() * 1000 WHERE due_at IS NULL;
  CREATE INDEX deliveries_by_destination ON deliveries (destination, due_at) WHERE due_at IS NOT NULL;
  CREATE INDEX deliveries_by_invocation ON deliveries (invocation_id) WHERE invocation_id IS NOT NULL;
  CREATE INDEX deliveries_done ON deliveries (done_at) WHERE done_at IS NOT NULL;
  `,
    `
  -- The few of one state among the many of another, the newest first: every entry ends in the sequence.
  CREATE INDEX deliveries_by_state ON deliveries (state);
  `,
  ],
};

/** Opens `ledger.sqlite` in a data directory, or `:memory:`. */
export function openLedgerDatabase(dataDirectory: string): Database.Database {
  return openDatabase(dataDirectory, LEDGER_DATABASE);
}
