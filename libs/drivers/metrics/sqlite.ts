import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import { EbbError } from '../../core/errors.js';
import {
  type Datapoint,
  METRIC_PERIOD_MS,
  METRIC_RETENTION_MS,
  type MetricId,
  type MetricUnit,
  metricKey,
} from '../../core/metric/metric.js';
import { type MetricFilter, type MetricRecord, Metrics } from '../../core/ports/metrics.js';
import { openDatabase } from '../sqlite/open-database.js';
import { type Prepared, prepareAll } from '../sqlite/statement.js';
import { storeError } from '../sqlite/store-failure.js';
import { METRICS_DATABASE } from './sqlite/sqlite-database.js';
import { METRICS } from './sqlite/sqlite-statements.js';

/** The datapoints written, and the minutes read, before other work has its turn. */
const WRITE_BATCH = 250;
const READ_BATCH_MS = 1_440 * METRIC_PERIOD_MS;
/**
 * The most time that one call forgets. After a long time without Ebb there is more to forget than one call can afford.
 */
const FORGET_BATCH_MS = 10 * METRIC_PERIOD_MS;
const FORGET_SERIES_INTERVAL_MS = 3_600_000;

/** Metrics in their own file, `metrics.sqlite`. */
export class SqliteMetrics extends Metrics {
  private readonly sql: Prepared<typeof METRICS>;
  private recording: Promise<void> = Promise.resolve();
  /** Older datapoints are not returned, even if they are still on disk. */
  private oldest = -Infinity;
  private seriesForgottenAt = -Infinity;

  constructor(private readonly database: Database.Database) {
    super();
    this.sql = prepareAll(database, METRICS);
  }

  /** Opens or creates the metrics of a data directory, or of `:memory:`. Raises `Unavailable` if that fails. */
  static open(dataDirectory: string): SqliteMetrics {
    return new SqliteMetrics(openDatabase(dataDirectory, METRICS_DATABASE));
  }

  /** Records all datapoints or none. */
  override record(records: readonly MetricRecord[], now: number, signal?: AbortSignal): Promise<void> {
    const recorded = this.recording.then(() => this.recordAll(records, now, signal));
    this.recording = recorded.catch(() => undefined);
    return recorded;
  }

  override async read(metric: MetricId, from: number, to: number, signal?: AbortSignal): Promise<Datapoint[]> {
    const points: Datapoint[] = [];
    const { first, last } = this.bounds();
    const begin = startOfMinuteFrom(Math.max(from, first, this.oldest));
    const end = Math.min(to, last + METRIC_PERIOD_MS);
    for (let at = begin; at < end; at += READ_BATCH_MS) {
      signal?.throwIfAborted();
      if (at !== begin) await setImmediate();
      for (const row of this.readBatch(metric, at, Math.min(end, at + READ_BATCH_MS))) points.push(row);
    }
    return points;
  }

  override async list(filter: MetricFilter, signal?: AbortSignal): Promise<MetricId[]> {
    signal?.throwIfAborted();
    const { namespace = null, name = null, dimensions = [], after = '', limit } = filter;
    return this.attempt(() => {
      const found: MetricId[] = [];
      for (const json of this.sql.list.iterate({ after, namespace, name, since: this.oldest })) {
        if (found.length === limit) break;
        const metric = JSON.parse(json) as MetricId;
        if (dimensions.every((dimension) => has(metric, dimension))) found.push(metric);
      }
      return found;
    });
  }

  close(): void {
    this.database.close();
  }

  /**
   * Records in one transaction, although other work has its turn in between: no other code writes on this connection.
   */
  private async recordAll(records: readonly MetricRecord[], now: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    try {
      this.database.exec('BEGIN IMMEDIATE');
      for (const [index, record] of records.entries()) {
        if (index > 0 && index % WRITE_BATCH === 0) await setImmediate(undefined, { signal });
        this.merge(record);
      }
      this.forget(now);
      this.database.exec('COMMIT');
    } catch (error) {
      if (this.database.inTransaction) this.database.exec('ROLLBACK');
      throw this.failure(error);
    }
  }

  private merge({ metric, datapoint }: MetricRecord): void {
    const at = datapoint.at - (datapoint.at % METRIC_PERIOD_MS);
    const { namespace, name } = metric;
    const series = this.sql.series.get(metricKey(metric), namespace, name, JSON.stringify(metric), at)!;
    const { unit, count, sum, minimum, maximum } = datapoint;
    this.sql.merge.run(at, series, unit, count, sum, minimum, maximum);
  }

  private forget(now: number): void {
    this.oldest = Math.max(this.oldest, now - METRIC_RETENTION_MS);
    const { first } = this.bounds();
    if (first < this.oldest) this.sql.forgetMinutes.run(Math.min(this.oldest, first + FORGET_BATCH_MS));
    if (now < this.seriesForgottenAt + FORGET_SERIES_INTERVAL_MS) return;
    this.sql.forgetSeries.run(this.oldest);
    this.seriesForgottenAt = now;
  }

  /** Returns the first and the last minute on record, or an empty interval if there is none. */
  private bounds(): { first: number; last: number } {
    const { first, last } = this.attempt(() => this.sql.bounds.get())!;
    return { first: first ?? Infinity, last: last ?? -Infinity };
  }

  private readBatch(metric: MetricId, from: number, to: number): Datapoint[] {
    return this.attempt(() => {
      const series = this.sql.find.get(metricKey(metric));
      if (series === undefined) return [];
      const rows = this.sql.read.all({ series, from, to, step: METRIC_PERIOD_MS });
      return rows.map((row) => ({ ...row, unit: row.unit as MetricUnit }));
    });
  }

  private attempt<T>(statement: () => T): T {
    try {
      return statement();
    } catch (error) {
      throw this.failure(error);
    }
  }

  private failure(error: unknown): unknown {
    if (!this.database.open) return new EbbError('Unavailable', 'The metrics are closed.', { cause: error });
    return storeError(error, METRICS_DATABASE.name);
  }
}

function startOfMinuteFrom(at: number): number {
  return Math.ceil(at / METRIC_PERIOD_MS) * METRIC_PERIOD_MS;
}

function has(metric: MetricId, { name, value }: { readonly name: string; readonly value?: string }): boolean {
  if (!Object.hasOwn(metric.dimensions, name)) return false;
  return value === undefined || metric.dimensions[name] === value;
}
