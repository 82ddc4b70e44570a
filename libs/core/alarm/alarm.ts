import type { MetricQuery } from '../metric/metric-query.js';
import type { MetricId, MetricUnit, Statistic } from '../metric/metric.js';

/** The states of CloudWatch's alarms. */
export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export const COMPARISON_OPERATORS = [
  'GreaterThanOrEqualToThreshold',
  'GreaterThanThreshold',
  'LessThanThreshold',
  'LessThanOrEqualToThreshold',
] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

export const MISSING_DATA_TREATMENTS = ['missing', 'ignore', 'breaching', 'notBreaching'] as const;
export type MissingDataTreatment = (typeof MISSING_DATA_TREATMENTS)[number];

/** The data that an alarm watches: one metric, or the one line of a list that returns data. */
export type AlarmSource =
  | { readonly kind: 'metric'; readonly metric: MetricId; readonly statistic: Statistic; readonly unit?: MetricUnit }
  | { readonly kind: 'queries'; readonly queries: readonly MetricQuery[] };

/** The settings of an alarm, as users put them (`PutMetricAlarm`). */
export interface AlarmSettings {
  readonly name: string;
  readonly description?: string;
  readonly source: AlarmSource;
  /** 10, 20, 30 or a multiple of 60. */
  readonly periodSeconds: number;
  readonly evaluationPeriods: number;
  /** M of N: how many of the periods must breach; absent means all of them. */
  readonly datapointsToAlarm?: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
  readonly treatMissingData: MissingDataTreatment;
  readonly actionsEnabled: boolean;
  /** ARNs of scaling policies and topics. */
  readonly okActions: readonly string[];
  readonly alarmActions: readonly string[];
  readonly insufficientDataActions: readonly string[];
}

/** An alarm with its state. Its key in the catalog is its name. */
export interface Alarm extends AlarmSettings {
  readonly state: AlarmState;
  readonly stateReason: string;
  /** The evaluated data, as JSON. */
  readonly stateReasonData?: string;
  /** When the state last changed. */
  readonly stateChangedAt: number;
  /** When the state was last set, even to the same state. */
  readonly stateUpdatedAt: number;
  readonly configuredAt: number;
  readonly tags: Readonly<Record<string, string>>;
}

/** The reason of a new alarm, which has not been evaluated yet. */
export const UNCHECKED = 'Unchecked: Initial alarm creation';

/** One line of an alarm's history, kept for two weeks. */
export interface AlarmHistoryItem {
  readonly id: string;
  readonly alarmName: string;
  readonly at: number;
  readonly type: 'ConfigurationUpdate' | 'StateUpdate' | 'Action';
  readonly summary: string;
  /** JSON in CloudWatch's form. */
  readonly data: string;
}

export const ALARM_HISTORY_RETENTION_MS = 14 * 86_400_000;

/** Returns whether a value breaches a threshold. */
export function breaches(value: number, comparison: ComparisonOperator, threshold: number): boolean {
  switch (comparison) {
    case 'GreaterThanOrEqualToThreshold':
      return value >= threshold;
    case 'GreaterThanThreshold':
      return value > threshold;
    case 'LessThanThreshold':
      return value < threshold;
    case 'LessThanOrEqualToThreshold':
      return value <= threshold;
  }
}

/** Returns the ARNs of an alarm's actions in a state, whether or not its actions are enabled. */
export function actionsOf(
  alarm: Pick<AlarmSettings, 'okActions' | 'alarmActions' | 'insufficientDataActions'>,
  state: AlarmState,
): readonly string[] {
  switch (state) {
    case 'OK':
      return alarm.okActions;
    case 'ALARM':
      return alarm.alarmActions;
    case 'INSUFFICIENT_DATA':
      return alarm.insufficientDataActions;
  }
}
