import { type Alarm, breaches } from './alarm.js';

/** What an alarm's state is judged by. */
export interface AlarmEvidence {
  /** Of how many periods an answer is wanted: CloudWatch's N. */
  readonly wanted: number;
  /** How many must breach: CloudWatch's M. */
  readonly toAlarm: number;
  /** The most recent periods that have a value, the oldest first; no more than are wanted. */
  readonly points: readonly AlarmPoint[];
  /** How many values are missing from what is wanted, even after looking further back. */
  readonly missing: number;
}

/** A period that has a value. */
export interface AlarmPoint {
  /** The start of the period. */
  readonly at: number;
  readonly value: number;
  readonly isBreaching: boolean;
  /** In periods; the last one that is over has the age 1. */
  readonly age: number;
}

/** The periods that an alarm looks at: all of one length, one after the other. */
export interface AlarmPeriods {
  readonly periodMs: number;
  /** The end of the last one, in milliseconds since the epoch. */
  readonly end: number;
}

/** The evidence in `values`, which are one a period, the oldest first. */
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
