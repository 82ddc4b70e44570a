import { EbbError } from '../../core/errors.js';
import {
  type Datapoint,
  type MetricId,
  type MetricUnit,
  STATISTICS,
  type Statistic,
  statisticOf,
} from '../../core/metric/metric.js';
import type { MetricDataPage, MetricDataPlace, MetricDataRequest } from '../../core/metric/metric-data.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { formatPageToken, parsePageToken, readTextToken } from '../aws/page-token.js';
import { invalidCombination, missingParameter, readParameters } from './errors.js';
import {
  DIMENSION_NAME,
  DIMENSION_VALUE,
  METRIC_NAME,
  NAMESPACE,
  readMetric,
  readRequiredTime,
  readUnit,
} from './metric.js';
import { readMetricQueries } from './metric-queries.js';
import { SCANS } from './page.js';

type Body = Readonly<Record<string, unknown>>;

const MAX_QUERIES = 500;
const MAX_DATAPOINTS = 100_800;

/** Reads `GetMetricData`. */
export function readGetMetricData(body: Body): MetricDataRequest {
  const request = Members.read(body, (members) => {
    const token = members.text('NextToken');
    return {
      queries: readMetricQueries(members.requiredStructures('MetricDataQueries', { max: MAX_QUERIES })),
      from: readRequiredTime(members, 'StartTime'),
      to: readRequiredTime(members, 'EndTime'),
      newestFirst: members.text('ScanBy', { oneOf: SCANS }) !== 'TimestampAscending',
      limit: members.integer('MaxDatapoints', { min: 1, max: MAX_DATAPOINTS }) ?? MAX_DATAPOINTS,
      after: token === undefined ? undefined : placeOf(token),
    };
  });
  if (request.from < request.to) return request;
  throw new EbbError('InvalidRequest', 'The parameter StartTime must be less than the parameter EndTime.');
}

function placeOf(token: string): MetricDataPlace {
  const [line, at] = parsePageToken(token, 2).map(Number);
  return { line: line!, at: at! };
}

/** Writes one page of `GetMetricData`. */
export function writeMetricData({ results, next }: MetricDataPage): object {
  return {
    MetricDataResults: results.map(({ query, points, isComplete }) => ({
      Id: query.id,
      Label: query.label ?? (query.kind === 'metric' ? query.metric.name : query.id),
      Timestamps: points.map(({ at }) => toTimestamp(at)),
      Values: points.map(({ value }) => value),
      StatusCode: isComplete ? 'Complete' : 'PartialData',
    })),
    NextToken: next && formatPageToken([next.line, next.at]),
    Messages: [],
  };
}

/** The request of `GetMetricStatistics`. */
export interface StatisticsRequest {
  readonly metric: MetricId;
  readonly from: number;
  readonly to: number;
  readonly periodSeconds: number;
  readonly statistics: readonly Statistic[];
  readonly unit?: MetricUnit;
}

const MAX_STATISTICS_DATAPOINTS = 1_440;

/** Reads `GetMetricStatistics`. */
export function readGetMetricStatistics(body: Body): StatisticsRequest {
  const request = readParameters(body, (members) => {
    members.refuse('ExtendedStatistics');
    return {
      metric: readMetric(members),
      from: readRequiredTime(members, 'StartTime'),
      to: readRequiredTime(members, 'EndTime'),
      periodSeconds: members.requiredInteger('Period', { min: 1 }),
      statistics: members.texts('Statistics', { oneOf: STATISTICS }, { max: 5 }) as Statistic[],
      unit: readUnit(members),
    };
  });
  const { from, to, periodSeconds, statistics } = request;
  if (statistics.length === 0) throw missingParameter('At least one of the parameters Statistics must be specified.');
  if (from >= to) throw invalidCombination('The parameter StartTime must be less than the parameter EndTime.');
  const count = Math.ceil((to - from) / 1000 / periodSeconds);
  if (count <= MAX_STATISTICS_DATAPOINTS) return request;
  throw invalidCombination(
    `You have requested up to ${count.toLocaleString('en-US')} datapoints, which exceeds the limit of 1,440. You may ` +
      'reduce the datapoints requested by increasing Period, or decreasing the time range.',
  );
}

/** Writes the answer to `GetMetricStatistics`. */
export function writeStatistics(points: readonly Datapoint[], { metric, statistics }: StatisticsRequest): object {
  return {
    Label: metric.name,
    Datapoints: points.map((point) => ({
      Timestamp: toTimestamp(point.at),
      ...Object.fromEntries(statistics.map((statistic) => [statistic, statisticOf(point, statistic)])),
      Unit: point.unit,
    })),
  };
}

/** Reads `ListMetrics`. Ebb lists every metric that it has data of, recent or not. */
export function readListMetrics(body: Body): {
  namespace?: string;
  name?: string;
  dimensions: { name: string; value?: string }[];
  after?: string;
} {
  return readParameters(body, (members) => {
    members.refuse('IncludeLinkedAccounts', 'OwningAccount');
    members.text('RecentlyActive', { oneOf: ['PT3H'] });
    return {
      namespace: members.text('Namespace', NAMESPACE),
      name: members.text('MetricName', METRIC_NAME),
      dimensions: members.structures('Dimensions', { max: 10 }).map((dimension) => ({
        name: dimension.requiredText('Name', DIMENSION_NAME),
        value: dimension.text('Value', DIMENSION_VALUE),
      })),
      after: readTextToken(members.text('NextToken')),
    };
  });
}
