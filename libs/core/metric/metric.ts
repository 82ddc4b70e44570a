/** CloudWatch's units: a metric is read in the unit in which it was put, or not at all. */
export const METRIC_UNITS = [
  'Seconds',
  'Microseconds',
  'Milliseconds',
  'Bytes',
  'Kilobytes',
  'Megabytes',
  'Gigabytes',
  'Terabytes',
  'Bits',
  'Kilobits',
  'Megabits',
  'Gigabits',
  'Terabits',
  'Percent',
  'Count',
  'Bytes/Second',
  'Kilobytes/Second',
  'Megabytes/Second',
  'Gigabytes/Second',
  'Terabytes/Second',
  'Bits/Second',
  'Kilobits/Second',
  'Megabits/Second',
  'Gigabits/Second',
  'Terabits/Second',
  'Count/Second',
  'None',
] as const;
export type MetricUnit = (typeof METRIC_UNITS)[number];

/** What is measured, of what: CloudWatch's namespace, name and dimensions together are its identity. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** One text for one metric, whatever the order in which its dimensions were given. */
export function metricKey({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.keys(dimensions)
    .sort()
    .map((dimension) => [dimension, dimensions[dimension]]);
  return JSON.stringify([namespace, name, sorted]);
}

/** Many values of one metric within one time, folded into four numbers: CloudWatch's statistic set. */
export interface StatisticSet {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const STATISTICS = ['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum'] as const;
export type Statistic = (typeof STATISTICS)[number];

export function statisticSetOf(value: number, count = 1): StatisticSet {
  return { count, sum: value * count, minimum: value, maximum: value };
}

export function mergeStatistics(a: StatisticSet, b: StatisticSet): StatisticSet {
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}

export function statisticOf(set: StatisticSet, statistic: Statistic): number {
  switch (statistic) {
    case 'Average':
      return set.sum / set.count;
    case 'Minimum':
      return set.minimum;
    case 'Maximum':
      return set.maximum;
    case 'SampleCount':
      return set.count;
    case 'Sum':
      return set.sum;
  }
}

/** What a metric came to within one period; a period without any value has no datapoint. */
export interface Datapoint extends StatisticSet {
  /** The start of the period, in milliseconds since the epoch. */
  readonly at: number;
  readonly unit: MetricUnit;
}

/** How long datapoints are kept, at one a minute. */
export const METRIC_RETENTION_MS = 15 * 86_400_000;
export const METRIC_PERIOD_MS = 60_000;
