import { type AlarmEvidence, type AlarmPeriods, evidenceOf } from './alarm-evidence.js';
import { describeReason, reasonDataOf } from './alarm-reason.js';
import type { Alarm, AlarmState } from './alarm.js';

/** The result of evaluating an alarm. */
export interface AlarmVerdict {
  readonly state: AlarmState;
  readonly reason: string;
  /** The evaluated data, as JSON. */
  readonly reasonData?: string;
  /** The most recent value. */
  readonly latest?: number;
}

/**
 * The periods before its own that an alarm looks at. CloudWatch documents the range only by one example: five periods
 * for an alarm on three.
 */
const PERIODS_FURTHER_BACK = 2;

/** Returns how many periods an alarm looks at: more than its own, to find values behind missing ones. */
export function evaluationRange({ evaluationPeriods }: Pick<Alarm, 'evaluationPeriods'>): number {
  return evaluationPeriods + PERIODS_FURTHER_BACK;
}

/**
 * Evaluates an alarm as CloudWatch does. `values` has one value a period, the oldest first. If the state does not
 * change, its reason and data do not change either.
 */
export function evaluateAlarm(
  alarm: Alarm,
  values: readonly (number | undefined)[],
  periods: AlarmPeriods,
): AlarmVerdict {
  const evidence = evidenceOf(alarm, values, periods);
  const latest = evidence.points.at(-1)?.value;
  const state = stateOf(alarm, evidence);
  if (state === alarm.state) return { state, reason: alarm.stateReason, reasonData: alarm.stateReasonData, latest };
  return {
    state,
    reason: describeReason(alarm, evidence, state),
    reasonData: reasonDataOf(alarm, evidence, periods),
    latest,
  };
}

/** Returns an alarm's state. Missing values count only if too few periods have a value. */
function stateOf({ state, treatMissingData }: Alarm, evidence: AlarmEvidence): AlarmState {
  const { missing, points, toAlarm } = evidence;
  const breaching = points.filter(({ isBreaching }) => isBreaching).length;
  if (breaching >= toAlarm) return 'ALARM';
  if (missing === 0) return 'OK';
  switch (treatMissingData) {
    case 'breaching':
      return breaching + missing >= toAlarm ? 'ALARM' : 'OK';
    case 'notBreaching':
      return 'OK';
    case 'missing':
      if (points.length === 0) return 'INSUFFICIENT_DATA';
      return isBreachUncontradicted(evidence) ? 'ALARM' : 'OK';
    case 'ignore':
      return points.length === 0 || isBreachUncontradicted(evidence) ? state : 'OK';
  }
}

/**
 * Returns whether an alarm is in CloudWatch's premature alarm state. A breach with no data after it might be a single
 * one, so it counts as lasting only after as many periods as the alarm needs to breach.
 */
function isBreachUncontradicted({ points, toAlarm }: AlarmEvidence): boolean {
  const [oldest] = points;
  return oldest !== undefined && oldest.age >= toAlarm && points.every(({ isBreaching }) => isBreaching);
}
