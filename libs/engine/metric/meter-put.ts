import { EbbError } from '../../core/errors.js';
import {
  METRIC_RETENTION_MS,
  type MetricId,
  type MetricUnit,
  type StatisticSet,
  metricKey,
} from '../../core/metric/metric.js';
import type { MeterBook } from './meter-book.js';
import type { MinuteKeeper } from './meter-minutes.js';
import { SECOND_MS, startOf } from './meter-periods.js';

/** One value, or many folded into one set, of one metric at one time. */
export interface Measurement extends StatisticSet {
  readonly metric: MetricId;
  readonly unit: MetricUnit;
  readonly at: number;
}

/** So many metrics may users put within fifteen days: each is kept in memory while it is used, and on disk after that. */
const MAX_METRICS = 20_000;

/** What users put: into the seconds where it is recent, into the minutes that were handed over where it is not. */
export class PutMetrics {
  /** When each metric was last put. */
  private readonly lastPutAt = new Map<string, number>();

  constructor(
    private readonly book: MeterBook,
    private readonly minutes: MinuteKeeper,
  ) {}

  /** Raises `LimitExceeded`. */
  put(measurements: readonly Measurement[], now: number): void {
    const keys = new Set(measurements.map(({ metric }) => metricKey(metric)));
    const known = [...keys].filter((key) => this.lastPutAt.has(key)).length;
    if (this.lastPutAt.size + keys.size - known > MAX_METRICS) {
      throw new EbbError('LimitExceeded', `At most ${MAX_METRICS} metrics can be put within fifteen days.`);
    }
    for (const measurement of measurements) this.putOne(measurement, now);
    for (const key of keys) this.lastPutAt.set(key, now);
  }

  /** Metrics that were not put for as long as they are kept count no more. */
  forget(now: number): void {
    for (const [key, at] of this.lastPutAt) if (at < now - METRIC_RETENTION_MS) this.lastPutAt.delete(key);
  }

  private putOne({ metric, unit, at, ...set }: Measurement, now: number): void {
    this.minutes.put(metric, { ...set, at, unit });
    const second = startOf(at, SECOND_MS);
    if (second < now - this.book.keptMs) return;
    this.book.series(metric, unit).merge(second, set);
  }
}
