import { METRIC_UNITS, type MetricId, type MetricUnit, STATISTICS, type Statistic } from '../../core/metric/metric.js';
import type { TextRule } from '../aws/constraints.js';
import type { Members } from '../aws/members.js';

/** The namespace of a metric. */
export const NAMESPACE: TextRule = { min: 1, max: 255, pattern: /^[^:].*$/su, patternText: '[^:].*' };
/** The name of a metric. */
export const METRIC_NAME: TextRule = { min: 1, max: 255 };
/** The most dimensions of one metric. */
export const MAX_DIMENSIONS = 30;

/** Printable ASCII that is not all blank and does not begin with a colon. */
const DIMENSION_TEXT = { pattern: /^(?![ ]*$)(?!:)[\x20-\x7e]+$/, patternText: '[^:][ -~]*' };
/** The name of a dimension. */
export const DIMENSION_NAME: TextRule = { min: 1, max: 255, ...DIMENSION_TEXT };
/** The value of a dimension. */
export const DIMENSION_VALUE: TextRule = { min: 1, max: 1024, ...DIMENSION_TEXT };

/** Reads `Namespace`, `MetricName` and `Dimensions`, side by side in one structure. */
export function readMetric(request: Members): MetricId {
  return {
    namespace: request.requiredText('Namespace', NAMESPACE),
    name: request.requiredText('MetricName', METRIC_NAME),
    dimensions: readDimensions(request),
  };
}

/** Reads `Dimensions`, of which each name may occur once. */
export function readDimensions(request: Members): Record<string, string> {
  const dimensions: [string, string][] = [];
  for (const dimension of request.structures('Dimensions', { max: MAX_DIMENSIONS })) {
    const name = dimension.requiredText('Name', DIMENSION_NAME);
    if (dimensions.some(([known]) => known === name)) dimension.violate('Name', 'Member must be named only once');
    dimensions.push([name, dimension.requiredText('Value', DIMENSION_VALUE)]);
  }
  return Object.fromEntries(dimensions);
}

/** Reads `Unit`. */
export function readUnit(request: Members): MetricUnit | undefined {
  return request.text('Unit', { oneOf: METRIC_UNITS }) as MetricUnit | undefined;
}

/** Reads a statistic. `member` is `Statistic`, or `Stat`, which AWS's model also lets be a percentile. */
export function readStatistic(request: Members, member: 'Statistic' | 'Stat'): Statistic {
  const text = request.requiredText(member);
  if (request.has(member) && !(STATISTICS as readonly string[]).includes(text)) {
    const wanted = `Member must satisfy enum value set: [${STATISTICS.join(', ')}]`;
    request.violate(member, `${wanted}; percentiles and other extended statistics are not supported by Ebb yet`);
  }
  return text as Statistic;
}

/** Writes a metric as the members of a reply. */
export function writeMetric({ namespace, name, dimensions }: MetricId): object {
  return { Namespace: namespace, MetricName: name, Dimensions: writeDimensions(dimensions) };
}

/** Writes `Dimensions`. */
export function writeDimensions(dimensions: MetricId['dimensions']): object[] {
  return Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
}

/** Reads a time: seconds on the wire, milliseconds when read. */
export function readTime(request: Members, member: string): number | undefined {
  const seconds = request.float(member);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

/** Reads a required time: seconds on the wire, milliseconds when read. */
export function readRequiredTime(request: Members, member: string): number {
  return Math.round(request.requiredFloat(member) * 1000);
}
