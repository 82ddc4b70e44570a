import type { MetricId, MetricUnit, Statistic } from './metric.js';

/** One line of a `Metrics` list: a metric to read, or an expression over the other lines. */
export type MetricQuery = {
  readonly id: string;
  readonly label?: string;
  readonly returnData: boolean;
} & (
  | { readonly kind: 'expression'; readonly expression: string; readonly periodSeconds?: number }
  | {
      readonly kind: 'metric';
      readonly metric: MetricId;
      readonly statistic: Statistic;
      readonly periodSeconds: number;
      readonly unit?: MetricUnit;
    }
);
