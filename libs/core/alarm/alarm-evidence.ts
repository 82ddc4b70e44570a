import { type Alarm, breaches } from './alarm.js';

/** The values that an alarm's state is judged by. */
export interface AlarmEvidence {
  /** How many periods are evaluated: CloudWatch's N. */
  readonly wanted: number;
  /** How many of them must breach: CloudWatch's M. */
  readonly toAlarm: number;
  /** The most recent periods that have a value, the oldest first; at most `wanted`. */
  readonly points: readonly AlarmPoint[];
  /** How many of the wanted values are missing, even after looking further back. */
  readonly missing: number;
}

/** A period that has a value. */
export interface AlarmPoint {
  /** The start of the period. */
  readonly at: number;
  readonly value: number;
  readonly isBreaching: boolean;
  /** In periods; the last completed period has the age 1. */
  readonly age: number;
}

/** The periods that an alarm looks at, all of one length and without gaps. */
export interface AlarmPeriods {
  readonly periodMs: number;
  /** The end of the last period, in milliseconds since the epoch. */
  readonly end: number;
}

/** Returns the evidence in `values`, which has one value a period, the oldest first. */
export function evidenceOf(
  { comparison, datapointsToAlarm, evaluationPeriods, threshold }: Alarm,
  values: readonly (number | undefined)[],
  { end, periodMs }: AlarmPeriods,
): AlarmEvidence {
  const known = values.flatMap((value, index): AlarmPoint[] => {
    if (value === undefined) return [];
    const age = values.length - index;
    return [{ at: end - age * periodMs, value, isBreaching: breaches(value, comparison, threshold), age }];
  });
  const points = known.slice(-evaluationPeriods);
  return {
    wanted: evaluationPeriods,
    toAlarm: datapointsToAlarm ?? evaluationPeriods,
    points,
    missing: evaluationPeriods - points.length,
  };
}
