import type { Datapoint, MetricId } from '../metric/metric.js';

/** A datapoint of one metric to be recorded; its `at` is the start of a minute. */
export interface MetricRecord {
  readonly metric: MetricId;
  readonly datapoint: Datapoint;
}

/** A query for metrics, one page at a time. */
export interface MetricFilter {
  readonly namespace?: string;
  readonly name?: string;
  /** A metric must have each of these dimensions, with the value if one is given. */
  readonly dimensions?: readonly { readonly name: string; readonly value?: string }[];
  /** The key of the last metric on the page before. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * The measured values, one datapoint a minute for fifteen days. A crash may lose the last minutes, because metrics are
 * worth less than the time it takes to make each durable.
 */
export abstract class Metrics {
  /**
   * Folds datapoints into their minutes, each unit separately, and forgets datapoints older than `METRIC_RETENTION_MS`
   * before `now`.
   */
  abstract record(records: readonly MetricRecord[], now: number, signal?: AbortSignal): Promise<void>;

  /** Returns the datapoints of minutes that begin at or after `from` and before `to`, the oldest first. */
  abstract read(metric: MetricId, from: number, to: number, signal?: AbortSignal): Promise<Datapoint[]>;

  /** Returns the metrics that have datapoints, sorted by key. */
  abstract list(filter: MetricFilter, signal?: AbortSignal): Promise<MetricId[]>;
}
