import type { Alarm } from '../../libs/core/alarm/alarm.js';

/** An alarm on a metric without data: it stays in the state in which it is put. */
export const SILENT_ALARM: Omit<Alarm, 'name' | 'state' | 'stateReason'> = {
  source: { kind: 'metric', metric: { namespace: 'Shop', name: 'Errors', dimensions: {} }, statistic: 'Sum' },
  periodSeconds: 60,
  evaluationPeriods: 1,
  threshold: 1,
  comparison: 'GreaterThanThreshold',
  treatMissingData: 'ignore',
  actionsEnabled: false,
  okActions: [],
  alarmActions: [],
  insufficientDataActions: [],
  stateChangedAt: 0,
  stateUpdatedAt: 0,
  configuredAt: 0,
  tags: {},
};
