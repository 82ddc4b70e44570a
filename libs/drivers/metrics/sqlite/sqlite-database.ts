import type { DatabasePlan } from '../../sqlite/open-database.js';

/** Nothing waits for a commit: metrics may lose their last minutes when the machine's power goes. */
export const METRICS_DATABASE: DatabasePlan = {
  name: 'metrics',
  pragmas: ['synchronous = NORMAL'],
  migrations: [
    `
  CREATE TABLE series (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    namespace TEXT NOT NULL,
    name TEXT NOT NULL,
    metric TEXT NOT NULL, -- JSON
    last_at INTEGER NOT NULL -- its newest minute
  ) STRICT;

  -- By time first: a minute of ten thousand metrics is written, and forgotten, as a few hundred pages in a row. By metric
  -- first it would be as many pages as metrics, and each minute would stop the process for a while.
  CREATE TABLE minutes (
    at INTEGER NOT NULL,
    series INTEGER NOT NULL,
    unit TEXT NOT NULL,
    count REAL NOT NULL,
    sum REAL NOT NULL,
    minimum REAL NOT NULL,
    maximum REAL NOT NULL,
    PRIMARY KEY (at, series, unit)
  ) STRICT, WITHOUT ROWID;
  `,
  ],
};
