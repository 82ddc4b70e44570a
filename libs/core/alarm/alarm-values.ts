import type { AlarmSource } from './alarm.js';
import { evaluateQueries } from '../metric/metric-math.js';
import type { MetricQuery } from '../metric/metric-query.js';
import { type MetricId, type MetricUnit, type Statistic, type StatisticSet, statisticOf } from '../metric/metric.js';

/** A metric that an alarm looks at, under the id of its query where there are several. */
export interface AlarmLine {
  readonly id: string;
  readonly metric: MetricId;
  readonly statistic: Statistic;
  readonly unit?: MetricUnit;
}

/** What an alarm sees: one value a period, the oldest first. */
export interface AlarmValues<T extends StatisticSet> {
  readonly values: readonly (number | undefined)[];
  /** The most recent datapoint, or value of an expression. */
  readonly latest: T | number | undefined;
}

export function alarmLines(source: AlarmSource): AlarmLine[] {
  if (source.kind === 'metric') return [{ id: '', ...source }];
  return source.queries.filter((query): query is Extract<MetricQuery, { kind: 'metric' }> => query.kind === 'metric');
}

/** `points` holds those of each of its lines, by id, one a period and the oldest first. */
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
