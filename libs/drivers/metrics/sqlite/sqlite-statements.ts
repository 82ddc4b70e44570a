import type Database from 'better-sqlite3';
import type { DatabasePlan } from '../../sqlite/open-database.js';

/** The schema and settings of the metrics' file. Commits are not synced: a power failure may lose the last minutes. */
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

/** One minute of one metric in one unit, as a row of the file. */
export interface MinuteRow {
  readonly at: number;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The prepared statements on the metrics' file. */
export interface MetricsStatements {
  /** Takes key, namespace, name, metric and minute; returns the id. */
  readonly series: Database.Statement<[string, string, string, string, number], number>;
  /** Takes minute, series, unit, count, sum, minimum and maximum. */
  readonly merge: Database.Statement<[number, number, string, number, number, number, number]>;
  readonly find: Database.Statement<[string], number>;
  readonly bounds: Database.Statement<[], { readonly first: number | null; readonly last: number | null }>;
  readonly read: Database.Statement<{ series: number; from: number; to: number; step: number }, MinuteRow>;
  readonly list: Database.Statement<
    { after: string; namespace: string | null; name: string | null; since: number },
    string
  >;
  readonly forgetMinutes: Database.Statement<[number]>;
  readonly forgetSeries: Database.Statement<[number]>;
}

/** Prepares the statements on the metrics' file. */
export function metricsStatements(database: Database.Database): MetricsStatements {
  return {
    series: database
      .prepare<[string, string, string, string, number], number>(
        `INSERT INTO series (key, namespace, name, metric, last_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (key) DO UPDATE SET last_at = max(last_at, excluded.last_at) RETURNING id`,
      )
      .pluck(),
    merge: database.prepare(
      `INSERT INTO minutes (at, series, unit, count, sum, minimum, maximum) VALUES (?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (at, series, unit) DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum,
         minimum = min(minimum, excluded.minimum), maximum = max(maximum, excluded.maximum)`,
    ),
    find: database.prepare<[string], number>('SELECT id FROM series WHERE key = ?').pluck(),
    bounds: database.prepare('SELECT (SELECT min(at) FROM minutes) AS first, (SELECT max(at) FROM minutes) AS last'),
    read: database.prepare(
      `WITH RECURSIVE step (at) AS (SELECT @from UNION ALL SELECT at + @step FROM step WHERE at + @step < @to)
       SELECT minutes.at, unit, count, sum, minimum, maximum
       FROM step CROSS JOIN minutes ON minutes.at = step.at AND series = @series ORDER BY minutes.at`,
    ),
    list: database
      .prepare<{ after: string; namespace: string | null; name: string | null; since: number }, string>(
        `SELECT metric FROM series WHERE key > @after AND last_at >= @since
           AND (@namespace IS NULL OR namespace = @namespace) AND (@name IS NULL OR name = @name) ORDER BY key`,
      )
      .pluck(),
    forgetMinutes: database.prepare('DELETE FROM minutes WHERE at < ?'),
    forgetSeries: database.prepare('DELETE FROM series WHERE last_at < ?'),
  };
}
