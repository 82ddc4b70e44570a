import {
  type Datapoint,
  METRIC_PERIOD_MS,
  type MetricId,
  mergeStatistics,
  metricKey,
} from '../../core/metric/metric.js';
import type { MetricRecord } from '../../core/ports/metrics.js';
import { startOf } from './meter-periods.js';

/** Datapoints on their way to the store, folded into one for each minute, metric and unit. */
export class MinuteRecords {
  private readonly metrics = new Map<string, Map<string, MetricRecord>>();
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** Adds a datapoint. A caller that knows the metric's key gives it along, so that it need not be made again. */
  add(metric: MetricId, datapoint: Datapoint, key = metricKey(metric)): void {
    let minutes = this.metrics.get(key);
    if (!minutes) this.metrics.set(key, (minutes = new Map()));
    const at = startOf(datapoint.at, METRIC_PERIOD_MS);
    const minute = `${at}/${datapoint.unit}`;
    const before = minutes.get(minute)?.datapoint;
    if (!before) this.count += 1;
    const set = before ? mergeStatistics(before, datapoint) : datapoint;
    minutes.set(minute, { metric, datapoint: { ...set, at, unit: datapoint.unit } });
  }

  /** Returns the minutes of a metric that begin from `from` and before `to`. */
  read(metric: MetricId, from: number, to: number): Datapoint[] {
    const minutes = this.metrics.get(metricKey(metric))?.values() ?? [];
    return [...minutes].map(({ datapoint }) => datapoint).filter(({ at }) => at >= from && at < to);
  }

  *all(): Generator<MetricRecord> {
    for (const minutes of this.metrics.values()) yield* minutes.values();
  }
}
