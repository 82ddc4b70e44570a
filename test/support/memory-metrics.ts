import {
  type Datapoint,
  type MetricId,
  METRIC_PERIOD_MS,
  METRIC_RETENTION_MS,
  mergeStatistics,
  metricKey,
} from '../../libs/core/metric/metric.js';
import { type MetricFilter, type MetricRecord, Metrics } from '../../libs/core/ports/metrics.js';

interface Series {
  readonly metric: MetricId;
  readonly minutes: Map<string, Datapoint>;
}

/** Metrics as a few maps. */
export class MemoryMetrics extends Metrics {
  readonly #series = new Map<string, Series>();

  override async record(records: readonly MetricRecord[], now: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    for (const { metric, datapoint } of records) {
      const at = datapoint.at - (datapoint.at % METRIC_PERIOD_MS);
      const key = metricKey(metric);
      const { minutes } = this.#series.get(key) ?? this.#begin(key, metric);
      const minute = `${at}/${datapoint.unit}`;
      const kept = minutes.get(minute);
      minutes.set(minute, { ...(kept ? mergeStatistics(kept, datapoint) : datapoint), at, unit: datapoint.unit });
    }
    this.#forget(now - METRIC_RETENTION_MS);
  }

  override async read(metric: MetricId, from: number, to: number, signal?: AbortSignal): Promise<Datapoint[]> {
    signal?.throwIfAborted();
    const minutes = this.#series.get(metricKey(metric))?.minutes.values() ?? [];
    return [...minutes].filter(({ at }) => at >= from && at < to).sort((a, b) => a.at - b.at);
  }

  override async list(filter: MetricFilter, signal?: AbortSignal): Promise<MetricId[]> {
    signal?.throwIfAborted();
    const { namespace, name, dimensions = [], after, limit } = filter;
    return [...this.#series]
      .filter(([key]) => after === undefined || key > after)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { metric }]) => metric)
      .filter((metric) => namespace === undefined || metric.namespace === namespace)
      .filter((metric) => name === undefined || metric.name === name)
      .filter((metric) =>
        dimensions.every(({ name: wanted, value }) => {
          const has = metric.dimensions[wanted];
          return has !== undefined && (value === undefined || has === value);
        }),
      )
      .slice(0, limit);
  }

  #begin(key: string, metric: MetricId): Series {
    const series = { metric, minutes: new Map<string, Datapoint>() };
    this.#series.set(key, series);
    return series;
  }

  #forget(before: number): void {
    for (const [key, { minutes }] of this.#series) {
      for (const [minute, { at }] of minutes) if (at < before) minutes.delete(minute);
      if (minutes.size === 0) this.#series.delete(key);
    }
  }
}
