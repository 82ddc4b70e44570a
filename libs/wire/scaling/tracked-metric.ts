import type { MetricQuery } from '../../core/metric/metric-query.js';
import { EbbError } from '../../core/errors.js';
import { METRIC_UNITS, type MetricId, type MetricUnit, STATISTICS, type Statistic } from '../../core/metric/metric.js';
import { checkQueries } from '../../core/metric/metric-math.js';
import { checkMetricName } from '../../core/metric/metric-names.js';
import type { TrackedMetric } from '../../core/scaling/scaling-policy.js';
import { TRACKING_ALARM_PERIOD_SECONDS } from '../../core/scaling/target-tracking.js';
import type { Members } from '../aws/members.js';

const NAME = { min: 1, max: 255 };
const MAX_DIMENSIONS = 30;
const MAX_QUERIES = 20;

/** `CustomizedMetricSpecification` as sent. */
export interface CustomizedDraft {
  readonly name?: string;
  readonly namespace?: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic?: Statistic;
  readonly unit?: MetricUnit;
  /** Absent without `Metrics`. */
  readonly queries?: readonly MetricQuery[];
}

/** Reads `CustomizedMetricSpecification`. */
export function readCustomized(specification: Members): CustomizedDraft {
  return {
    name: specification.text('MetricName', NAME),
    namespace: specification.text('Namespace', NAME),
    dimensions: readDimensions(specification),
    statistic: specification.text('Statistic', { oneOf: STATISTICS }) as Statistic | undefined,
    unit: readUnit(specification),
    queries: specification.has('Metrics')
      ? specification.structures('Metrics', { min: 1, max: MAX_QUERIES }).flatMap((query) => readQuery(query) ?? [])
      : undefined,
  };
}

/** Returns the metric of a draft. Raises `InvalidRequest`. */
export function customizedMetric({ queries, ...single }: CustomizedDraft): TrackedMetric {
  const { name, namespace, dimensions, statistic, unit } = single;
  const isSingle = [name, namespace, statistic, unit].some((member) => member !== undefined);
  const isMixed = isSingle || Object.keys(dimensions).length > 0;
  if (queries && !isMixed) {
    checkQueries(queries);
    for (const query of queries) if (query.kind === 'metric') checkMetricName(query.metric);
    return { kind: 'queries', queries };
  }
  if (queries || name === undefined || namespace === undefined || statistic === undefined) {
    throw new EbbError(
      'InvalidRequest',
      'The customized metric specification is not valid. It must have either Metrics, or MetricName, Namespace and ' +
        'Statistic.',
    );
  }
  checkMetricName({ namespace, name });
  return { kind: 'customized', metric: { namespace, name, dimensions }, statistic, unit };
}

/** Writes `CustomizedMetricSpecification`. */
export function writeCustomized(metric: Exclude<TrackedMetric, { kind: 'predefined' }>): object {
  if (metric.kind === 'queries') return { Metrics: metric.queries.map(writeQuery) };
  return { ...writeMetric(metric.metric), Statistic: metric.statistic, Unit: metric.unit };
}

/** Returns undefined if the query does not have exactly one of `Expression` and `MetricStat`, which it reports. */
function readQuery(query: Members): MetricQuery | undefined {
  const shared = {
    id: query.requiredText('Id', NAME),
    label: query.text('Label'),
    returnData: query.boolean('ReturnData') ?? true,
  };
  const expression = query.text('Expression', { min: 1, max: 2048 });
  const stat = query.structure('MetricStat');
  if ((expression === undefined) === (stat === undefined)) {
    query.violate('Expression', 'Exactly one of Expression and MetricStat must be there');
    return undefined;
  }
  if (!stat) return { ...shared, kind: 'expression', expression: expression! };
  const metric = stat.requiredStructure('Metric');
  return {
    ...shared,
    kind: 'metric',
    metric: {
      namespace: metric.requiredText('Namespace', NAME),
      name: metric.requiredText('MetricName', NAME),
      dimensions: readDimensions(metric),
    },
    statistic: stat.requiredText('Stat', { oneOf: STATISTICS }) as Statistic,
    periodSeconds: TRACKING_ALARM_PERIOD_SECONDS,
    unit: readUnit(stat),
  };
}

function writeQuery(query: MetricQuery): object {
  const shared = { Id: query.id, Label: query.label, ReturnData: query.returnData };
  if (query.kind === 'expression') return { ...shared, Expression: query.expression };
  const stat = { Metric: writeMetric(query.metric), Stat: query.statistic, Unit: query.unit };
  return { ...shared, MetricStat: stat };
}

function readDimensions(members: Members): Record<string, string> {
  const pairs = members
    .structures('Dimensions', { max: MAX_DIMENSIONS })
    .map((dimension) => [dimension.requiredText('Name', NAME), dimension.requiredText('Value', { min: 1, max: 1024 })]);
  const dimensions = Object.fromEntries(pairs) as Record<string, string>;
  if (Object.keys(dimensions).length < pairs.length) {
    members.violate('Dimensions', 'Member must not name a dimension twice');
  }
  return dimensions;
}

function writeMetric({ namespace, name, dimensions }: MetricId): object {
  const pairs = Object.entries(dimensions).map(([Name, Value]) => ({ Name, Value }));
  return { MetricName: name, Namespace: namespace, Dimensions: pairs };
}

function readUnit(members: Members): MetricUnit | undefined {
  return members.text('Unit', { oneOf: METRIC_UNITS }) as MetricUnit | undefined;
}
