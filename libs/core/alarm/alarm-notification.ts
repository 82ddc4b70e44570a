import type { Alarm, AlarmSource, AlarmState } from './alarm.js';
import { alarmArn, type Place } from '../arn.js';
import type { Message } from '../delivery/delivery.js';

/**
 * Returns the message that CloudWatch publishes to a topic when an alarm changes its state, with members in
 * CloudWatch's order.
 */
export function alarmNotification(alarm: Alarm, oldState: AlarmState, place: Place): Message {
  return {
    subject: `${alarm.state}: "${alarm.name}" in ${place.region}`.slice(0, MAX_SUBJECT_LENGTH),
    body: JSON.stringify({
      AlarmName: alarm.name,
      AlarmDescription: alarm.description ?? null,
      AWSAccountId: place.accountId,
      AlarmConfigurationUpdatedTimestamp: timestamp(alarm.configuredAt),
      NewStateValue: alarm.state,
      NewStateReason: alarm.stateReason,
      StateChangeTime: timestamp(alarm.stateChangedAt),
      Region: place.region,
      AlarmArn: alarmArn(place, alarm.name),
      OldStateValue: oldState,
      OKActions: alarm.okActions,
      AlarmActions: alarm.alarmActions,
      InsufficientDataActions: alarm.insufficientDataActions,
      Trigger: {
        ...triggerOf(alarm.source),
        Period: alarm.periodSeconds,
        EvaluationPeriods: alarm.evaluationPeriods,
        DatapointsToAlarm: alarm.datapointsToAlarm,
        ComparisonOperator: alarm.comparison,
        Threshold: alarm.threshold,
        TreatMissingData: alarm.treatMissingData,
      },
    }),
  };
}

/** The longest subject that SNS allows, in characters. */
const MAX_SUBJECT_LENGTH = 100;

function triggerOf(source: AlarmSource): object {
  if (source.kind === 'queries') return { Metrics: source.queries };
  const { metric, statistic, unit } = source;
  return {
    MetricName: metric.name,
    Namespace: metric.namespace,
    StatisticType: 'Statistic',
    Statistic: statistic.toUpperCase(),
    Unit: unit ?? null,
    Dimensions: Object.entries(metric.dimensions).map(([name, value]) => ({ value, name })),
  };
}

/** Writes a time as CloudWatch does: with a numeric offset instead of a Z. */
function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
