import type { Alarm, AlarmHistoryItem, AlarmState } from '../../core/alarm/alarm.js';
import { type MetricId, type MetricUnit, STATISTICS, type Statistic, metricKey } from '../../core/metric/metric.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { ALARM_NAME } from './alarm.js';
import { invalidFormat } from './errors.js';
import { readMetric, readTime, readUnit } from './metric.js';
import { SCANS, readPaging } from './page.js';

type Body = Readonly<Record<string, unknown>>;

const STATES: readonly AlarmState[] = ['OK', 'ALARM', 'INSUFFICIENT_DATA'];
const ALARM_TYPES = ['CompositeAlarm', 'MetricAlarm', 'LogAlarm'];
const HISTORY_TYPES: readonly AlarmHistoryItem['type'][] = ['ConfigurationUpdate', 'StateUpdate', 'Action'];
const MAX_NAMES = 100;

/** The filters of `DescribeAlarms`; an alarm must match all of them. */
export interface AlarmFilter {
  /** Empty for all alarms. */
  readonly names: readonly string[];
  readonly prefix?: string;
  readonly state?: AlarmState;
  readonly actionPrefix?: string;
  /** False if the caller asks only for kinds of alarms that Ebb does not have. */
  readonly includesMetricAlarms: boolean;
  readonly limit: number;
  /** The name of the last alarm of the previous page. */
  readonly after?: string;
}

/** Reads `DescribeAlarms`. */
export function readDescribeAlarms(body: Body): AlarmFilter {
  return Members.read(body, (request) => {
    request.refuse('ChildrenOfAlarmName', 'ParentsOfAlarmName');
    if (request.has('AlarmNames') && request.has('AlarmNamePrefix')) {
      request.violate('AlarmNamePrefix', 'Member must be null where AlarmNames is given');
    }
    return {
      names: request.texts('AlarmNames', ALARM_NAME, { max: MAX_NAMES }),
      prefix: request.text('AlarmNamePrefix', ALARM_NAME),
      state: request.text('StateValue', { oneOf: STATES }) as AlarmState | undefined,
      actionPrefix: request.text('ActionPrefix', { min: 1, max: 1024 }),
      includesMetricAlarms: readIncludesMetricAlarms(request),
      ...readPaging(request),
    };
  });
}

/** Tells whether an alarm matches the filters and comes after the previous page. */
export function isDescribed(alarm: Alarm, { names, prefix = '', state, actionPrefix, after }: AlarmFilter): boolean {
  const actions = [...alarm.alarmActions, ...alarm.okActions, ...alarm.insufficientDataActions];
  return (
    (names.length === 0 || names.includes(alarm.name)) &&
    alarm.name.startsWith(prefix) &&
    (state === undefined || alarm.state === state) &&
    (actionPrefix === undefined || actions.some((action) => action.startsWith(actionPrefix))) &&
    (after === undefined || alarm.name > after)
  );
}

/** The filters of `DescribeAlarmsForMetric`. An alarm that watches the metric only in an expression does not match. */
export interface AlarmsForMetric {
  readonly metric: MetricId;
  readonly statistic?: Statistic;
  readonly periodSeconds?: number;
  readonly unit?: MetricUnit;
}

/** Reads `DescribeAlarmsForMetric`. */
export function readDescribeAlarmsForMetric(body: Body): AlarmsForMetric {
  return Members.read(body, (request) => {
    request.refuse('ExtendedStatistic');
    return {
      metric: readMetric(request),
      statistic: request.text('Statistic', { oneOf: STATISTICS }) as Statistic | undefined,
      periodSeconds: request.integer('Period', { min: 1 }),
      unit: readUnit(request),
    };
  });
}

/** Tells whether an alarm watches the metric. */
export function watches({ source, periodSeconds: period }: Alarm, wanted: AlarmsForMetric): boolean {
  const { metric, statistic, periodSeconds, unit } = wanted;
  return (
    source.kind === 'metric' &&
    metricKey(source.metric) === metricKey(metric) &&
    (statistic === undefined || source.statistic === statistic) &&
    (periodSeconds === undefined || period === periodSeconds) &&
    (unit === undefined || source.unit === unit)
  );
}

/** Reads `DeleteAlarms`, `EnableAlarmActions` and `DisableAlarmActions`; a repeated name counts once. */
export function readAlarmNames(body: Body): string[] {
  return Members.read(body, (request) => {
    if (!request.has('AlarmNames')) request.violate('AlarmNames', 'Member must not be null');
    return [...new Set(request.texts('AlarmNames', ALARM_NAME, { max: MAX_NAMES }))];
  });
}

/** Reads `SetAlarmState`. */
export function readSetAlarmState(body: Body): {
  name: string;
  stated: { state: AlarmState; reason: string; reasonData?: string };
} {
  const request = Members.read(body, (members) => ({
    name: members.requiredText('AlarmName', ALARM_NAME),
    stated: {
      state: members.requiredText('StateValue', { oneOf: STATES }) as AlarmState,
      reason: members.requiredText('StateReason', { max: 1023 }),
      reasonData: members.text('StateReasonData', { max: 4000 }),
    },
  }));
  const { reasonData } = request.stated;
  if (reasonData !== undefined) checkJson(reasonData);
  return request;
}

/** The request of `DescribeAlarmHistory`. */
export interface HistoryQuery {
  readonly alarmName?: string;
  readonly type?: AlarmHistoryItem['type'];
  readonly from?: number;
  readonly to?: number;
  readonly oldestFirst: boolean;
  readonly includesMetricAlarms: boolean;
  readonly limit: number;
  /** The id of the last item of the previous page. */
  readonly after?: string;
}

/** Reads `DescribeAlarmHistory`. */
export function readDescribeAlarmHistory(body: Body): HistoryQuery {
  return Members.read(body, (request) => {
    request.refuse('AlarmContributorId');
    return {
      alarmName: request.text('AlarmName', ALARM_NAME),
      type: request.text('HistoryItemType', { oneOf: HISTORY_TYPES }) as AlarmHistoryItem['type'] | undefined,
      from: readTime(request, 'StartDate'),
      to: readTime(request, 'EndDate'),
      oldestFirst: request.text('ScanBy', { oneOf: SCANS }) === 'TimestampAscending',
      includesMetricAlarms: readIncludesMetricAlarms(request),
      ...readPaging(request),
    };
  });
}

/** Writes a member of `AlarmHistoryItems`. */
export function writeHistoryItem({ alarmName, at, type, summary, data }: AlarmHistoryItem): object {
  return {
    AlarmName: alarmName,
    AlarmType: 'MetricAlarm',
    Timestamp: toTimestamp(at),
    HistoryItemType: type,
    HistorySummary: summary,
    HistoryData: data,
  };
}

function readIncludesMetricAlarms(request: Members): boolean {
  const types = request.texts('AlarmTypes', { oneOf: ALARM_TYPES });
  return types.length === 0 || types.includes('MetricAlarm');
}

function checkJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw invalidFormat('StateReasonData is not valid: it must be JSON.');
  }
}
