import type { Alarm, AlarmHistoryItem, AlarmSource } from './alarm.js';
import { type Place, alarmArn } from '../arn.js';

const CHANGES = {
  Create: { verb: 'created', member: 'createdAlarm' },
  Update: { verb: 'updated', member: 'updatedAlarm' },
  Delete: { verb: 'deleted', member: 'deletedAlarm' },
} as const;

/**
 * Returns the history item for an alarm's creation, change or deletion. `alarm` is the alarm as it was put, or as it
 * was when it was deleted.
 */
export function configurationHistoryItem(
  { at, id, type }: { readonly id: string; readonly at: number; readonly type: keyof typeof CHANGES },
  alarm: Alarm,
  place: Place,
): AlarmHistoryItem {
  const { verb, member } = CHANGES[type];
  return {
    id,
    alarmName: alarm.name,
    at,
    type: 'ConfigurationUpdate',
    summary: `Alarm "${alarm.name}" ${verb}`,
    data: JSON.stringify({ version: '1.0', type, [member]: configurationOf(alarm, place) }),
  };
}

/** Writes an alarm in the spelling of CloudWatch's history, which differs from that of its API. */
function configurationOf(alarm: Alarm, place: Place): object {
  return {
    alarmName: alarm.name,
    alarmArn: alarmArn(place, alarm.name),
    alarmDescription: alarm.description,
    alarmConfigurationUpdatedTimestamp: new Date(alarm.configuredAt).toISOString(),
    actionsEnabled: alarm.actionsEnabled,
    okactions: alarm.okActions,
    alarmActions: alarm.alarmActions,
    insufficientDataActions: alarm.insufficientDataActions,
    stateValue: alarm.state,
    stateReason: alarm.stateReason,
    stateUpdatedTimestamp: new Date(alarm.stateUpdatedAt).toISOString(),
    ...sourceOf(alarm.source),
    period: alarm.periodSeconds,
    evaluationPeriods: alarm.evaluationPeriods,
    datapointsToAlarm: alarm.datapointsToAlarm,
    threshold: alarm.threshold,
    comparisonOperator: alarm.comparison,
    treatMissingData: alarm.treatMissingData,
  };
}

function sourceOf(source: AlarmSource): object {
  if (source.kind === 'queries') return { metrics: source.queries };
  const { metric, statistic, unit } = source;
  const dimensions = Object.entries(metric.dimensions).map(([name, value]) => ({ name, value }));
  return { namespace: metric.namespace, metricName: metric.name, dimensions, statistic, unit };
}
