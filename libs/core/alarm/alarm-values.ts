import type { AlarmSource } from './alarm.js';
import { evaluateQueries } from '../metric/metric-math.js';
import type { MetricQuery } from '../metric/metric-query.js';
import { type MetricId, type MetricUnit, type Statistic, type StatisticSet, statisticOf } from '../metric/metric.js';

/** A metric that an alarm watches, under the id of its query if there are several. */
export interface AlarmLine {
  readonly id: string;
  readonly metric: MetricId;
  readonly statistic: Statistic;
  readonly unit?: MetricUnit;
}

/** The values of an alarm: one a period, the oldest first. */
export interface AlarmValues<T extends StatisticSet> {
  readonly values: readonly (number | undefined)[];
  /** The most recent datapoint of a metric, or value of an expression. */
  readonly latest: T | number | undefined;
}

/** Returns the metrics that an alarm watches. */
export function alarmLines(source: AlarmSource): AlarmLine[] {
  if (source.kind === 'metric') return [{ id: '', ...source }];
  return source.queries.filter((query): query is Extract<MetricQuery, { kind: 'metric' }> => query.kind === 'metric');
}

/**
 * Returns an alarm's values. `points` holds the datapoints of each of its lines by id, one a period, the oldest first.
 */
export function alarmValues<T extends StatisticSet>(
  source: AlarmSource,
  points: ReadonlyMap<string, readonly (T | undefined)[]>,
): AlarmValues<T> {
  const series = new Map(
    alarmLines(source).map(({ id, statistic }) => [
      id,
      points.get(id)!.map((point) => point && statisticOf(point, statistic)),
    ]),
  );
  if (source.kind === 'metric') {
    return { values: series.get('')!, latest: points.get('')!.findLast((point) => point !== undefined) };
  }
  const values = evaluateQueries(source.queries, series);
  return { values, latest: values.findLast((value) => value !== undefined) };
}
