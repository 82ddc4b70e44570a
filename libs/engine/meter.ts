import { type Datapoint, type MetricId, type MetricUnit, type StatisticSet } from '../core/metric.js';
import type { EbbVariantMetric, VariantMetric } from '../core/endpoint-metrics.js';
import type { InstanceCounts } from './instance-counts.js';
import type { World } from './world.js';

/** One value, or many folded into one set, of one metric at one time. */
export interface Measurement extends StatisticSet {
  readonly metric: MetricId;
  readonly unit: MetricUnit;
  readonly at: number;
}

export interface DatapointQuery {
  readonly metric: MetricId;
  readonly periodSeconds: number;
  /** Periods that begin from here … */
  readonly from: number;
  /** … and end by here. */
  readonly to: number;
  /** Only what was put in this unit; all units together where absent. */
  readonly unit?: MetricUnit;
}

/**
 * Measures: samples the backlog of every endpoint that is not at rest each second, takes what the loops tell of single
 * invocations, keeps seconds in memory for a while, and hands minutes to the `Metrics` port.
 */
export class Meter {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'ledger' | 'log' | 'metrics' | 'signals'>,
    private readonly counts: InstanceCounts,
  ) {}

  start(): void {}

  /** Hands over the minute that is not over yet, too. */
  async stop(): Promise<void> {}

  /** One value of a variant's metric, measured now. */
  add(name: VariantMetric | EbbVariantMetric, endpointName: string, variantName: string, value: number): void {
    void [name, endpointName, variantName, value, this.world, this.counts];
  }

  /** What users put. */
  put(measurements: readonly Measurement[]): void {
    void measurements;
  }

  /** The datapoints of whole periods, oldest first; a period without a value has none. */
  async datapoints(query: DatapointQuery, signal?: AbortSignal): Promise<Datapoint[]> {
    void [query, signal];
    return [];
  }

  /** The endpoints whose gauges moved, or are not zero, since `since`. */
  activeSince(since: number): string[] {
    void since;
    return [];
  }
}
