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

/** One value of one metric at one time, or a set of values that were folded together. */
export interface Measurement extends StatisticSet {
  readonly metric: MetricId;
  readonly unit: MetricUnit;
  readonly at: number;
}

/**
 * The most metrics that users may put within fifteen days. Each is kept in memory while it is used, and on disk
 * afterwards.
 */
const MAX_METRICS = 20_000;

/**
 * Takes the metrics that users put: recent values into the seconds, and older ones into the minutes that were handed
 * over.
 */
export class PutMetrics {
  /** When each metric was last put. */
  private readonly lastPutAt = new Map<string, number>();

  constructor(
    private readonly book: MeterBook,
    private readonly minutes: MinuteKeeper,
  ) {}

  /**
   * Puts measurements. Raises `LimitExceeded` if there would be more than `MAX_METRICS` metrics, and then takes none of
   * them.
   */
  put(measurements: readonly Measurement[], now: number): void {
    const keys = new Set(measurements.map(({ metric }) => metricKey(metric)));
    const known = [...keys].filter((key) => this.lastPutAt.has(key)).length;
    if (this.lastPutAt.size + keys.size - known > MAX_METRICS) {
      throw new EbbError('LimitExceeded', `At most ${MAX_METRICS} metrics can be put within fifteen days.`);
    }
    for (const measurement of measurements) this.putOne(measurement, now);
    for (const key of keys) this.lastPutAt.set(key, now);
  }

  /** Forgets metrics that have not been put within their retention time, so they do not count any more. */
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
