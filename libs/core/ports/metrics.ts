import type { Datapoint, MetricId } from '../metric/metric.js';

/** Datapoints of one metric to be kept; `at` is the start of a minute. */
export interface MetricRecord {
  readonly metric: MetricId;
  readonly datapoint: Datapoint;
}

export interface MetricFilter {
  readonly namespace?: string;
  readonly name?: string;
  /** Each must be there, with the value where one is given. */
  readonly dimensions?: readonly { readonly name: string; readonly value?: string }[];
  /** The key of the last metric of the page before. */
  readonly after?: string;
  readonly limit: number;
}

/**
 * What was measured, one datapoint a minute for fifteen days. It may lose the last minutes in a crash, as metrics are
 * worth less than the time it takes to make each durable.
 */
export abstract class Metrics {
  /**
   * Folds datapoints into the minutes that they belong to, each unit by itself, and forgets what is older than
   * `METRIC_RETENTION_MS` before `now`.
   */
  abstract record(records: readonly MetricRecord[], now: number, signal?: AbortSignal): Promise<void>;

  /** The datapoints of minutes that begin from `from` and before `to`, the oldest first. */
  abstract read(metric: MetricId, from: number, to: number, signal?: AbortSignal): Promise<Datapoint[]>;

  /** The metrics that have datapoints, by key. */
  abstract list(filter: MetricFilter, signal?: AbortSignal): Promise<MetricId[]>;
}
