import { evaluationRange } from '../../core/alarm/alarm-evaluation.js';
import type { Alarm } from '../../core/alarm/alarm.js';
import { type AlarmLine, type AlarmValues, alarmLines, alarmValues } from '../../core/alarm/alarm-values.js';
import type { Datapoint } from '../../core/metric/metric.js';
import type { Meter } from '../metric/meter.js';

/** The values that an alarm is evaluated on. */
export interface AlarmWindow extends AlarmValues<Datapoint> {
  /** Whether every period has the same value. */
  readonly isUniform: boolean;
}

/** Reads the values of an alarm: as many periods as its evaluation needs, the last of which ends at `end`. */
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
