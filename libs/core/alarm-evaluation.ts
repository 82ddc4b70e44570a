import { type Alarm, type AlarmState, breaches } from './alarm.js';

/** What an alarm came to. */
export interface AlarmVerdict {
  readonly state: AlarmState;
  readonly reason: string;
  readonly reasonData: string;
  readonly latest?: number;
}

export function evaluationRange(alarm: Alarm): number {
  return alarm.evaluationPeriods + 2;
}

export function evaluateAlarm(
  alarm: Alarm,
  values: readonly (number | undefined)[],
  window: { readonly periodMs: number; readonly end: number },
): AlarmVerdict {
  const known = values.filter((value) => value !== undefined).slice(-alarm.evaluationPeriods);
  const breaching = known.filter((value) => breaches(value, alarm.comparison, alarm.threshold)).length;
  const needed = alarm.datapointsToAlarm ?? alarm.evaluationPeriods;
  const state = known.length === 0 ? 'INSUFFICIENT_DATA' : breaching >= needed ? 'ALARM' : 'OK';
  return { state, reason: 'provisional', reasonData: JSON.stringify(window) };
}
