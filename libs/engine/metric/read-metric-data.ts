import type { MetricQuery } from '../../core/metric/metric-query.js';
import { EbbError } from '../../core/errors.js';
import { METRIC_RETENTION_MS, statisticOf } from '../../core/metric/metric.js';
import {
  type MetricDataPage,
  type MetricDataPlace,
  type MetricDataRequest,
  type MetricDataResult,
  wholePeriods,
} from '../../core/metric/metric-data.js';
import { checkEveryQuery, evaluateQueries, metricsBehind } from '../../core/metric/metric-math.js';
import type { Meter } from './meter.js';
import type { World } from '../world.js';

/** The most datapoints from which one page is computed, so that no request holds up the others for long. */
const MAX_DATAPOINTS_READ = 1_000_000;
/** How far in the future users may put values. */
const FUTURE_MS = 2 * 3_600_000;

type MetricLine = Extract<MetricQuery, { kind: 'metric' }>;
type Point = MetricDataResult['points'][number];

/** The metrics that must be read to compute one line, in whole periods. */
interface Reading {
  readonly query: MetricQuery;
  readonly metrics: readonly MetricLine[];
  readonly periodMs: number;
  readonly from: number;
  readonly to: number;
  /** The number of periods. */
  readonly count: number;
}

/**
 * Reads metrics and computes expressions, line by line, until the page is full. Raises `InvalidRequest` for invalid
 * lines, and `InvalidNextToken` for an invalid place.
 */
export async function readMetricData(
  world: Pick<World, 'clock'>,
  meter: Pick<Meter, 'datapoints'>,
  request: MetricDataRequest,
  signal?: AbortSignal,
): Promise<MetricDataPage> {
  const { queries, newestFirst, limit } = request;
  checkEveryQuery(queries);
  const lines = queries.filter(({ returnData }) => returnData);
  const readings = lines.map((line) => readingOf(request, line, world.clock.now()));
  const first = firstPlace(request, lines.length);
  const results: MetricDataResult[] = [];
  let left = limit;
  let spent = 0;
  for (let index = first.line; index < lines.length; index += 1) {
    const reading = readings[index]!;
    const after = index === first.line ? first : beginningOf(index, request);
    spent += reading.count * reading.metrics.length;
    if (left === 0 || (results.length > 0 && spent > MAX_DATAPOINTS_READ)) return { results, next: after };
    const points = (await pointsOf(meter, queries, reading, signal)).filter(({ at }) =>
      newestFirst ? at < after.at : at > after.at,
    );
    if (newestFirst) points.reverse();
    const taken = points.slice(0, left);
    left -= taken.length;
    const isComplete = taken.length === points.length;
    results.push({ query: reading.query, points: taken, isComplete });
    if (!isComplete) return { results, next: { line: index, at: taken.at(-1)!.at } };
  }
  return { results };
}

function firstPlace(request: MetricDataRequest, lines: number): MetricDataPlace {
  const { after } = request;
  if (!after) return beginningOf(0, request);
  if (Number.isInteger(after.line) && after.line >= 0 && after.line < lines) return after;
  throw new EbbError('InvalidNextToken', 'The NextToken is not valid: it was not returned by an earlier call.');
}

/** Returns the place before the first datapoint of a line, in the order of the results. */
function beginningOf(line: number, { newestFirst }: MetricDataRequest): MetricDataPlace {
  return { line, at: newestFirst ? Number.MAX_SAFE_INTEGER : -1 };
}

function readingOf(request: MetricDataRequest, query: MetricQuery, now: number): Reading {
  const behind = metricsBehind(request.queries, query);
  const metrics = request.queries.filter((line): line is MetricLine => line.kind === 'metric' && behind.has(line.id));
  const periodSeconds = periodOf(query, metrics);
  const kept = { from: Math.max(request.from, now - METRIC_RETENTION_MS), to: Math.min(request.to, now + FUTURE_MS) };
  const { from, to } = wholePeriods(kept, periodSeconds);
  const periodMs = periodSeconds * 1000;
  const count = Math.max(0, (to - from) / periodMs);
  if (count * metrics.length <= MAX_DATAPOINTS_READ) return { query, metrics, periodMs, from, to, count };
  const most = `more than ${MAX_DATAPOINTS_READ} datapoints`;
  throw new EbbError('InvalidRequest', `The line '${query.id}' is computed from ${most}: take a longer period.`);
}

/** Returns every datapoint of one line, oldest first. */
async function pointsOf(
  meter: Pick<Meter, 'datapoints'>,
  queries: readonly MetricQuery[],
  { query, metrics, periodMs, from, to, count }: Reading,
  signal?: AbortSignal,
): Promise<Point[]> {
  const read = new Map<string, (number | undefined)[]>();
  for (const { id, metric, statistic, unit, periodSeconds } of metrics) {
    const values = Array.from<number | undefined>({ length: count });
    for (const point of await meter.datapoints({ metric, unit, periodSeconds, from, to }, signal)) {
      values[(point.at - from) / periodMs] = statisticOf(point, statistic);
    }
    read.set(id, values);
  }
  const alone = queries.map((line) => ({ ...line, returnData: line.id === query.id }));
  return evaluateQueries(alone, read).flatMap((value, index) =>
    value === undefined ? [] : { at: from + index * periodMs, value },
  );
}

function periodOf(query: MetricQuery, metrics: readonly MetricLine[]): number {
  const [period, other] = new Set(metrics.map(({ periodSeconds }) => periodSeconds));
  if (period === undefined) throw new EbbError('InvalidRequest', `The expression '${query.id}' has no metric in it.`);
  if (other === undefined) return period;
  const message = `The expression '${query.id}' is over metrics of different periods: ${period} and ${other} seconds.`;
  throw new EbbError('InvalidRequest', message);
}
