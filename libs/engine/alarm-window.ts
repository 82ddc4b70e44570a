import { evaluationRange } from '../core/alarm-evaluation.js';
import type { Alarm, AlarmSource, MetricQuery } from '../core/alarm.js';
import { type Datapoint, statisticOf } from '../core/metric.js';
import { evaluateQueries } from '../core/metric-math.js';
import type { Meter } from './meter.js';

/** What an alarm sees when it is evaluated: one value a period, the oldest first. */
export interface AlarmWindow {
  readonly values: readonly (number | undefined)[];
  /** The most recent datapoint, or value of an expression. */
  readonly latest: Datapoint | number | undefined;
  /** Whether every period came to the same. */
  readonly isUniform: boolean;
}

type Line = Extract<MetricQuery, { kind: 'metric' }>;

/** Reads what an alarm looks at: as many periods as its evaluation asks for, the last one ending at `end`. */
export async function readAlarmWindow(
  meter: Pick<Meter, 'datapoints'>,
  alarm: Alarm,
  periodMs: number,
  end: number,
): Promise<AlarmWindow> {
  const count = evaluationRange(alarm);
  const read = (line: Pick<Line, 'metric' | 'unit'>): Promise<(Datapoint | undefined)[]> =>
    readPeriods(meter, line, count, periodMs, end);
  if (alarm.source.kind === 'metric') {
    const { statistic } = alarm.source;
    const points = await read(alarm.source);
    return windowOf(
      points.map((point) => point && statisticOf(point, statistic)),
      points.findLast((point) => point !== undefined),
    );
  }
  const values = await evaluated(alarm.source, read);
  return windowOf(
    values,
    values.findLast((value) => value !== undefined),
  );
}

async function evaluated(
  { queries }: Extract<AlarmSource, { kind: 'queries' }>,
  read: (line: Line) => Promise<(Datapoint | undefined)[]>,
): Promise<readonly (number | undefined)[]> {
  const series = new Map<string, (number | undefined)[]>();
  for (const line of queries) {
    if (line.kind !== 'metric') continue;
    const points = await read(line);
    series.set(
      line.id,
      points.map((point) => point && statisticOf(point, line.statistic)),
    );
  }
  return evaluateQueries(queries, series);
}

async function readPeriods(
  meter: Pick<Meter, 'datapoints'>,
  { metric, unit }: Pick<Line, 'metric' | 'unit'>,
  count: number,
  periodMs: number,
  end: number,
): Promise<(Datapoint | undefined)[]> {
  const from = end - count * periodMs;
  const points = await meter.datapoints({ metric, unit, periodSeconds: periodMs / 1000, from, to: end });
  const periods = Array.from<Datapoint | undefined>({ length: count });
  for (const point of points) periods[Math.floor((point.at - from) / periodMs)] = point;
  return periods;
}

function windowOf(values: readonly (number | undefined)[], latest: Datapoint | number | undefined): AlarmWindow {
  return { values, latest, isUniform: values.every((value) => value === values[0]) };
}
