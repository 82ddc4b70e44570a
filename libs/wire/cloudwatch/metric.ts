import { METRIC_UNITS, type MetricId, type MetricUnit, STATISTICS, type Statistic } from '../../core/metric/metric.js';
import type { TextRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';

export const NAMESPACE: TextRule = { min: 1, max: 255, pattern: /^[^:].*$/su, patternText: '[^:].*' };
export const METRIC_NAME: TextRule = { min: 1, max: 255 };
export const MAX_DIMENSIONS = 30;

/** Printable ASCII, not all of it blank, and no colon at the beginning. */
const DIMENSION_TEXT = { pattern: /^(?![ ]*$)(?!:)[\x20-\x7e]+$/, patternText: '[^:][ -~]*' };
export const DIMENSION_NAME: TextRule = { min: 1, max: 255, ...DIMENSION_TEXT };
export const DIMENSION_VALUE: TextRule = { min: 1, max: 1024, ...DIMENSION_TEXT };

/** `Namespace`, `MetricName` and `Dimensions`, side by side in one structure. */
export function readMetric(request: Members): MetricId {
  return {
    namespace: request.requiredText('Namespace', NAMESPACE),
    name: request.requiredText('MetricName', METRIC_NAME),
    dimensions: readDimensions(request),
  };
}

export function readDimensions(request: Members): Record<string, string> {
  const dimensions: [string, string][] = [];
  for (const dimension of request.structures('Dimensions', { max: MAX_DIMENSIONS })) {
    const name = dimension.requiredText('Name', DIMENSION_NAME);
    if (dimensions.some(([known]) => known === name)) dimension.violate('Name', 'Member must be named only once');
    dimensions.push([name, dimension.requiredText('Value', DIMENSION_VALUE)]);
  }
  return Object.fromEntries(dimensions);
}

export function readUnit(request: Members): MetricUnit | undefined {
  return request.text('Unit', { oneOf: METRIC_UNITS }) as MetricUnit | undefined;
}

/** `member` is `Statistic`, or `Stat`, which by AWS's model may also be a percentile. */
export function readStatistic(request: Members, member: 'Statistic' | 'Stat'): Statistic {
  const text = request.requiredText(member);
  if (request.has(member) && !(STATISTICS as readonly string[]).includes(text)) {
    const wanted = `Member must satisfy enum value set: [${STATISTICS.join(', ')}]`;
    request.violate(member, `${wanted}; percentiles and other extended statistics are not supported by Ebb yet`);
  }
  return text as Statistic;
}

/** As the members of a reply. */
export function writeMetric({ namespace, name, dimensions }: MetricId): object {
  return { Namespace: namespace, MetricName: name, Dimensions: writeDimensions(dimensions) };
}

export function writeDimensions(dimensions: MetricId['dimensions']): object[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

/** Seconds of the wire as milliseconds. */
export function readTime(request: Members, member: string): number | undefined {
  const seconds = request.float(member);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

export function readRequiredTime(request: Members, member: string): number {
  return Math.round(request.requiredFloat(member) * 1000);
}
