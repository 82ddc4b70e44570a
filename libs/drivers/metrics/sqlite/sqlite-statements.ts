import { sql, sqlColumn } from '../../sqlite/statement.js';

/** What the datapoints of a minute come to, in one unit. */
export interface MinuteRow {
  readonly at: number;
  readonly unit: string;
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

/** The statements of the metrics' file. */
export const METRICS = {
  series: sqlColumn<[key: string, namespace: string, name: string, metric: string, lastAt: number], number>(
    `INSERT INTO series (key, namespace, name, metric, last_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE SET last_at = max(last_at, excluded.last_at) RETURNING id`,
  ),

  merge: sql<[at: number, series: number, unit: string, count: number, sum: number, minimum: number, maximum: number]>(
    `INSERT INTO minutes (at, series, unit, count, sum, minimum, maximum) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (at, series, unit) DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum,
       minimum = min(minimum, excluded.minimum), maximum = max(maximum, excluded.maximum)`,
  ),

  find: sqlColumn<[key: string], number>(`SELECT id FROM series WHERE key = ?`),

  bounds: sql<[], { readonly first: number | null; readonly last: number | null }>(
    `SELECT (SELECT min(at) FROM minutes) AS first, (SELECT max(at) FROM minutes) AS last`,
  ),

  read: sql<[{ series: number; from: number; to: number; step: number }], MinuteRow>(
    `WITH RECURSIVE step (at) AS (SELECT @from UNION ALL SELECT at + @step FROM step WHERE at + @step < @to)
     SELECT minutes.at, unit, count, sum, minimum, maximum
     FROM step CROSS JOIN minutes ON minutes.at = step.at AND series = @series ORDER BY minutes.at`,
  ),

  list: sqlColumn<[{ after: string; namespace: string | null; name: string | null; since: number }], string>(
    `SELECT metric FROM series WHERE key > @after AND last_at >= @since
       AND (@namespace IS NULL OR namespace = @namespace) AND (@name IS NULL OR name = @name) ORDER BY key`,
  ),

  forgetMinutes: sql<[before: number]>(`DELETE FROM minutes WHERE at < ?`),

  forgetSeries: sql<[before: number]>(`DELETE FROM series WHERE last_at < ?`),
};
