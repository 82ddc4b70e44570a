/** CloudWatch's units. A metric can be read only in the unit in which it was put. */
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

/** The identity of a metric: CloudWatch's namespace, name and dimensions together. */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

/** Returns a metric's key, which does not depend on the order of its dimensions. */
export function metricKey({ namespace, name, dimensions }: MetricId): string {
  const sorted = Object.keys(dimensions)
    .sort()
    .map((dimension) => [dimension, dimensions[dimension]]);
  return JSON.stringify([namespace, name, sorted]);
}

/** Several values of one metric within one time, summed up in four numbers: CloudWatch's statistic set. */
export interface StatisticSet {
  readonly count: number;
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
}

export const STATISTICS = ['Average', 'Minimum', 'Maximum', 'SampleCount', 'Sum'] as const;
export type Statistic = (typeof STATISTICS)[number];

/** Returns the statistic set of `count` equal values. */
export function statisticSetOf(value: number, count = 1): StatisticSet {
  return { count, sum: value * count, minimum: value, maximum: value };
}

/** Merges two statistic sets into one. */
export function mergeStatistics(a: StatisticSet, b: StatisticSet): StatisticSet {
  return {
    count: a.count + b.count,
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
  };
}

/** Returns one statistic of a set. */
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

/** A metric's values within one period. A period without values has no datapoint. */
export interface Datapoint extends StatisticSet {
  /** The start of the period, in milliseconds since the epoch. */
  readonly at: number;
  readonly unit: MetricUnit;
}

/** How long datapoints are kept, and the period of each. */
export const METRIC_RETENTION_MS = 15 * 86_400_000;
export const METRIC_PERIOD_MS = 60_000;
