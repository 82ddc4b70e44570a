import { evaluationRange } from '../../core/alarm/alarm-evaluation.js';
import type { Alarm } from '../../core/alarm/alarm.js';
import { type AlarmLine, type AlarmValues, alarmLines, alarmValues } from '../../core/alarm/alarm-values.js';
import type { Datapoint } from '../../core/metric/metric.js';
import type { Meter } from '../metric/meter.js';

/** What an alarm sees when it is evaluated. */
export interface AlarmWindow extends AlarmValues<Datapoint> {
  /** Whether every period came to the same. */
  readonly isUniform: boolean;
}

/** Reads what an alarm looks at: as many periods as its evaluation asks for, the last one ending at `end`. */
export async function readAlarmWindow(
  meter: Pick<Meter, 'datapoints'>,
  alarm: Alarm,
  { end, periodMs }: { readonly end: number; readonly periodMs: number },
): Promise<AlarmWindow> {
  const stretch = { count: evaluationRange(alarm), end, periodMs };
  const points = new Map<string, (Datapoint | undefined)[]>();
  for (const line of alarmLines(alarm.source)) {
    points.set(line.id, await readPeriods(meter, line, stretch));
  }
  const seen = alarmValues(alarm.source, points);
  return { ...seen, isUniform: seen.values.every((value) => value === seen.values[0]) };
}

async function readPeriods(
  meter: Pick<Meter, 'datapoints'>,
  { metric, unit }: AlarmLine,
  { count, end, periodMs }: { readonly count: number; readonly end: number; readonly periodMs: number },
): Promise<(Datapoint | undefined)[]> {
  const from = end - count * periodMs;
  const points = await meter.datapoints({ metric, unit, periodSeconds: periodMs / 1000, from, to: end });
  const periods = Array.from<Datapoint | undefined>({ length: count });
  for (const point of points) periods[Math.floor((point.at - from) / periodMs)] = point;
  return periods;
}
