import type { MetricId, MetricUnit, StatisticSet } from '../../core/metric/metric.js';

/** One value, or many folded into one set, of one metric at one time. */
export interface Measurement extends StatisticSet {
  readonly metric: MetricId;
  readonly unit: MetricUnit;
  readonly at: number;
}

/** Which datapoints are asked for. */
export interface DatapointQuery {
  readonly metric: MetricId;
  readonly periodSeconds: number;
  /** Periods that begin from here, each where the one before ends … */
  readonly from: number;
  /** … and end by here. */
  readonly to: number;
  /** Only what was put in this unit; all units together where absent. */
  readonly unit?: MetricUnit;
}
