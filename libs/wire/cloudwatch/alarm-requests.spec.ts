import { describe, expect, it } from 'vitest';
import { type Alarm, UNCHECKED } from '../../core/alarm/alarm.js';
import { formatTextToken } from '../aws/page-token.js';
import { readPutMetricAlarm } from './alarm.js';
import {
  isDescribed,
  readAlarmNames,
  readDescribeAlarmHistory,
  readDescribeAlarms,
  readDescribeAlarmsForMetric,
  readSetAlarmState,
  watches,
  writeHistoryItem,
} from './alarm-requests.js';

const METRIC = { MetricName: 'Orders', Namespace: 'Shop', Dimensions: [{ Name: 'Place', Value: 'Bern' }] };
const PUT = {
  ...METRIC,
  AlarmName: 'orders-high',
  Statistic: 'Sum',
  Period: 60,
  Unit: 'Count',
  EvaluationPeriods: 1,
  Threshold: 5,
  ComparisonOperator: 'GreaterThanThreshold',
  AlarmActions: ['arn:aws:sns:us-east-1:123456789012:alarms'],
};
const ALARM: Alarm = {
  ...readPutMetricAlarm(PUT).settings,
  tags: {},
  state: 'ALARM',
  stateReason: UNCHECKED,
  stateChangedAt: 0,
  stateUpdatedAt: 0,
  configuredAt: 0,
};

describe('DescribeAlarms', () => {
  it.each<[string, object]>([
    ['nothing but being there', {}],
    ['its name', { AlarmNames: ['other', 'orders-high'] }],
    ['a beginning of its name', { AlarmNamePrefix: 'orders-' }],
    ['its state', { StateValue: 'ALARM' }],
    ['a beginning of what it does', { ActionPrefix: 'arn:aws:sns:' }],
    ['a page that begins before it', { NextToken: formatTextToken('orders') }],
  ])('finds an alarm that is asked for by %s', (_, request) => {
    expect(isDescribed(ALARM, readDescribeAlarms(request as Record<string, unknown>))).toBe(true);
  });

  it.each<[string, object]>([
    ['other names', { AlarmNames: ['other'] }],
    ['another beginning', { AlarmNamePrefix: 'high' }],
    ['another state', { StateValue: 'OK' }],
    ['other actions', { ActionPrefix: 'arn:aws:lambda:' }],
    ['a page that begins after it', { NextToken: formatTextToken('orders-high') }],
  ])('does not find an alarm that is asked for by %s', (_, request) => {
    expect(isDescribed(ALARM, readDescribeAlarms(request as Record<string, unknown>))).toBe(false);
  });

  it.each<[string, object]>([
    ['all kinds of alarms', {}],
    ['its kind among others', { AlarmTypes: ['CompositeAlarm', 'MetricAlarm'] }],
  ])('looks among metric alarms where it is asked for %s', (_, request) => {
    expect(readDescribeAlarms(request as Record<string, unknown>).includesMetricAlarms).toBe(true);
  });

  it.each<[string, object]>([['kinds that Ebb does not have', { AlarmTypes: ['CompositeAlarm', 'LogAlarm'] }]])(
    'finds nothing where it is asked for %s',
    (_, request) => {
      expect(readDescribeAlarms(request as Record<string, unknown>).includesMetricAlarms).toBe(false);
    },
  );

  it('answers in pages of fifty by default, and of at most a hundred', () => {
    expect(readDescribeAlarms({}).limit).toBe(50);
    expect(readDescribeAlarms({ MaxRecords: 100 }).limit).toBe(100);
    expect(() => readDescribeAlarms({ MaxRecords: 101 })).toThrow("Value '101' at 'maxRecords'");
  });

  it.each<[string, object, string]>([
    ['names and a beginning', { AlarmNames: ['a'], AlarmNamePrefix: 'a' }, 'Member must be null where AlarmNames'],
    [
      'more than a hundred names',
      { AlarmNames: Array.from({ length: 101 }, (_, index) => `a${index}`) },
      "'alarmNames'",
    ],
    ['a state that is none', { StateValue: 'Alarm' }, 'enum value set: [OK, ALARM, INSUFFICIENT_DATA]'],
    ['parents', { ParentsOfAlarmName: 'a' }, "at 'parentsOfAlarmName'"],
    ['a page of nobody’s', { NextToken: 'x' }, 'The NextToken is not valid'],
  ])('is refused with %s', (_, request, message) => {
    expect(() => readDescribeAlarms(request as Record<string, unknown>)).toThrow(message);
  });
});

describe('DescribeAlarmsForMetric', () => {
  it.each<[string, object]>([
    ['the metric', {}],
    ['its statistic', { Statistic: 'Sum' }],
    ['its period', { Period: 60 }],
    ['its unit', { Unit: 'Count' }],
  ])('finds an alarm that watches %s', (_, request) => {
    expect(watches(ALARM, readDescribeAlarmsForMetric({ ...METRIC, ...request }))).toBe(true);
  });

  it.each<[string, object]>([
    ['the metric of other dimensions', { Dimensions: [] }],
    ['another statistic', { Statistic: 'Average' }],
    ['another period', { Period: 300 }],
    ['another unit', { Unit: 'None' }],
  ])('does not find an alarm where it is asked for %s', (_, request) => {
    expect(watches(ALARM, readDescribeAlarmsForMetric({ ...METRIC, ...request }))).toBe(false);
  });

  it('finds no alarm over expressions', () => {
    const alarm: Alarm = { ...ALARM, source: { kind: 'queries', queries: [] } };
    expect(watches(alarm, readDescribeAlarmsForMetric(METRIC))).toBe(false);
  });
});

describe('names of alarms', () => {
  it('count once each', () => {
    expect(readAlarmNames({ AlarmNames: ['a', 'b', 'a'] })).toEqual(['a', 'b']);
  });

  it('must be given', () => {
    expect(() => readAlarmNames({})).toThrow("Value 'null' at 'alarmNames'");
  });
});

describe('SetAlarmState', () => {
  const set = { AlarmName: 'a', StateValue: 'OK', StateReason: 'as I say' };

  it('states the state, the reason and the data', () => {
    expect(readSetAlarmState({ ...set, StateReasonData: '{}' })).toEqual({
      name: 'a',
      stated: { state: 'OK', reason: 'as I say', reasonData: '{}' },
    });
  });

  it.each<[string, object, object]>([
    ['data that is no JSON', { StateReasonData: '{' }, { code: 'InvalidFormat' }],
    ['no reason', { StateReason: undefined }, { code: 'InvalidRequest' }],
    ['no state', { StateValue: undefined }, { code: 'InvalidRequest' }],
  ])('is refused with %s', (_, members, error) => {
    expect(() => readSetAlarmState({ ...set, ...members })).toThrow(expect.objectContaining(error));
  });
});

describe('DescribeAlarmHistory', () => {
  it('asks by default for the whole history, the newest first', () => {
    expect(readDescribeAlarmHistory({})).toEqual({ oldestFirst: false, includesMetricAlarms: true, limit: 50 });
  });

  it('is narrowed by alarm, type and time', () => {
    const request = {
      AlarmName: 'a',
      HistoryItemType: 'StateUpdate',
      StartDate: 1,
      EndDate: 2.5,
      ScanBy: 'TimestampAscending',
      MaxRecords: 7,
      NextToken: formatTextToken('id-1'),
    };
    expect(readDescribeAlarmHistory(request)).toEqual({
      alarmName: 'a',
      type: 'StateUpdate',
      from: 1_000,
      to: 2_500,
      oldestFirst: true,
      includesMetricAlarms: true,
      limit: 7,
      after: 'id-1',
    });
  });

  it('answers with items whose data is text', () => {
    const item = { id: '1', alarmName: 'a', at: 1_500, type: 'Action', summary: 's', data: '{}' } as const;
    expect(writeHistoryItem(item)).toEqual({
      AlarmName: 'a',
      AlarmType: 'MetricAlarm',
      Timestamp: 1.5,
      HistoryItemType: 'Action',
      HistorySummary: 's',
      HistoryData: '{}',
    });
  });
});
