import { type AlarmEvidence, type AlarmPeriods, evidenceOf } from './alarm-evidence.js';
import { describeReason, reasonDataOf } from './alarm-reason.js';
import type { Alarm, AlarmState } from './alarm.js';

/** What the evaluation of an alarm came to. */
export interface AlarmVerdict {
  readonly state: AlarmState;
  readonly reason: string;
  /** What was evaluated, as JSON. */
  readonly reasonData?: string;
  /** The most recent value there is. */
  readonly latest?: number;
}

/** The range is not documented but by its one example: five periods for an alarm on three. */
const PERIODS_FURTHER_BACK = 2;

/** How many periods are looked at: more than the alarm's own, to find values behind missing ones. */
export function evaluationRange({ evaluationPeriods }: Pick<Alarm, 'evaluationPeriods'>): number {
  return evaluationPeriods + PERIODS_FURTHER_BACK;
}

/**
 * What an alarm comes to, as CloudWatch has it. `values` are one a period, the oldest first. Where the state stays what
 * it is, so do its reason and data.
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

/** What is missing counts only where too few periods have a value. */
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
 * CloudWatch's premature alarm state: a breach with nothing but silence after it might still turn out to be a single
 * one, but not for ever: after as many periods as it takes to alarm it counts as if it had lasted.
 */
function isBreachUncontradicted({ points, toAlarm }: AlarmEvidence): boolean {
  const [oldest] = points;
  return oldest !== undefined && oldest.age >= toAlarm && points.every(({ isBreaching }) => isBreaching);
}
