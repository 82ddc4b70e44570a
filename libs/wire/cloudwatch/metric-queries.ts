import type { MetricQuery } from '../../core/metric/metric-query.js';
import type { Members } from '../aws/members.js';
import { readMetric, readStatistic, readUnit, writeMetric } from './metric.js';

const ID = { min: 1, max: 255 };
const EXPRESSION = { min: 1, max: 2048 };

/** Reads the `MetricDataQuery` structures of an alarm or of a request for data. */
export function readMetricQueries(queries: readonly Members[]): MetricQuery[] {
  return queries.map(readMetricQuery);
}

function readMetricQuery(query: Members): MetricQuery {
  query.refuse('AccountId');
  const stat = query.structure('MetricStat');
  const expression = query.text('Expression', EXPRESSION);
  if ((stat === undefined) === (expression === undefined)) {
    query.violate('MetricStat', 'Exactly one of MetricStat and Expression must be given');
  }
  const line = {
    id: query.requiredText('Id', ID),
    label: query.text('Label'),
    returnData: query.boolean('ReturnData') ?? true,
  };
  const periodSeconds = query.integer('Period', { min: 1 });
  if (!stat) return { ...line, kind: 'expression', expression: expression ?? '', periodSeconds };
  return {
    ...line,
    kind: 'metric',
    metric: readMetric(stat.requiredStructure('Metric')),
    statistic: readStatistic(stat, 'Stat'),
    periodSeconds: stat.requiredInteger('Period', { min: 1 }),
    unit: readUnit(stat),
  };
}

/** Writes one `MetricDataQuery`. */
export function writeMetricQuery(query: MetricQuery): object {
  const { id, label, returnData } = query;
  const line = { Id: id, Label: label, ReturnData: returnData };
  if (query.kind === 'expression') return { ...line, Expression: query.expression, Period: query.periodSeconds };
  const { metric, periodSeconds, statistic, unit } = query;
  return {
    ...line,
    MetricStat: { Metric: writeMetric(metric), Period: periodSeconds, Stat: statistic, Unit: unit },
  };
}
