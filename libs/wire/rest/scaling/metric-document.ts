import { z } from 'zod';
import {
  BACKLOG_METRICS,
  type BacklogMetric,
  EBB_VARIANT_METRICS,
  type EbbVariantMetric,
  VARIANT_METRICS,
  type VariantMetric,
  backlogMetric,
  ebbVariantMetric,
  variantMetric,
} from '../../../core/metric/endpoint-metrics.js';
import {
  type Datapoint,
  METRIC_UNITS,
  type MetricId,
  type MetricUnit,
  statisticOf,
} from '../../../core/metric/metric.js';
import { iso, time } from '../fields.js';

const UNITS = { ...BACKLOG_METRICS, ...VARIANT_METRICS, ...EBB_VARIANT_METRICS };

/** The name of a metric of an endpoint or of one of its variants, as in CloudWatch. */
export type MetricName = BacklogMetric | VariantMetric | EbbVariantMetric;
/** The names of all metrics. */
export const METRIC_NAMES = Object.keys(UNITS) as MetricName[];
/** The names of the metrics that a request gets by default. */
export const DEFAULT_METRIC_NAMES = Object.keys(BACKLOG_METRICS) as MetricName[];

/** The values of one metric over time. */
export const series = z
  .object({
    metric: z.enum(METRIC_NAMES),
    variant: z.string().optional().describe('Absent for what is measured of the endpoint as a whole.'),
    unit: z.enum(METRIC_UNITS),
    points: z.array(
      z.object({
        at: time.describe('When the period began.'),
        count: z.number().describe('Of values.'),
        sum: z.number(),
        average: z.number(),
        minimum: z.number(),
        maximum: z.number(),
      }),
    ),
  })
  .meta({ id: 'MetricSeries' });

/** One metric of one endpoint, or of one of its variants. */
export interface WantedSeries {
  readonly name: MetricName;
  readonly variant?: string;
  readonly unit: MetricUnit;
  readonly metric: MetricId;
}

/**
 * Returns the series of the named metrics: one of the endpoint for a gauge of the backlog, one of each variant for any
 * other metric.
 */
export function wantedSeries(
  names: readonly MetricName[],
  endpointName: string,
  variantNames: readonly string[],
): WantedSeries[] {
  return [...new Set(names)].flatMap((name): WantedSeries[] => {
    const unit = UNITS[name];
    if (name in BACKLOG_METRICS) return [{ name, unit, metric: backlogMetric(name as BacklogMetric, endpointName) }];
    return variantNames.map((variant) => ({ name, variant, unit, metric: metricOf(name, endpointName, variant) }));
  });
}

function metricOf(name: MetricName, endpointName: string, variant: string): MetricId {
  return name in EBB_VARIANT_METRICS
    ? ebbVariantMetric(name as EbbVariantMetric, endpointName, variant)
    : variantMetric(name as VariantMetric, endpointName, variant);
}

/** Formats one series. */
export function formatSeries(
  { name, unit, variant }: WantedSeries,
  points: readonly Datapoint[],
): z.input<typeof series> {
  return {
    metric: name,
    variant,
    unit,
    points: points.map((point) => ({
      at: iso(point.at),
      count: point.count,
      sum: point.sum,
      average: statisticOf(point, 'Average'),
      minimum: point.minimum,
      maximum: point.maximum,
    })),
  };
}
