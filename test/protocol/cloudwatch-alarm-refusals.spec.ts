import {
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BACKLOG, refusalOf } from '../support/cloudwatch-calls.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
});
afterEach(() => host.close());

const put = (input: Partial<PutMetricAlarmCommandInput> = {}) =>
  host.cloudwatch.send(new PutMetricAlarmCommand({ ...BACKLOG, ...input }));

async function alarms(): Promise<MetricAlarm[]> {
  return (await host.cloudwatch.send(new DescribeAlarmsCommand({}))).MetricAlarms!;
}

async function history(): Promise<readonly (string | undefined)[]> {
  const { AlarmHistoryItems } = await host.cloudwatch.send(new DescribeAlarmHistoryCommand({}));
  return AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary);
}

const set = (input: object) => {
  const stated = { AlarmName: 'backlog', StateValue: 'OK', StateReason: 'as I say', ...input } as const;
  return refusalOf(host.cloudwatch.send(new SetAlarmStateCommand(stated)));
};

describe('an alarm is refused, and nothing is changed,', () => {
  it.each<[string, Partial<PutMetricAlarmCommandInput>, string]>([
    ['without a name', { AlarmName: '' }, "Value '' at 'alarmName' failed to satisfy constraint"],
    ['without a threshold', { Threshold: undefined }, "Value 'null' at 'threshold' failed to satisfy constraint"],
    ['without anything to watch', { MetricName: undefined }, "Value 'null' at 'metricName' failed"],
    ['on an odd period', { Period: 45 }, 'Invalid period 45: it must be 10, 20, 30 or a multiple of 60.'],
    ['on more than a day', { EvaluationPeriods: 1441 }, 'Metrics cannot be checked across more than a day'],
    ['on a metric that there is not', { MetricName: 'BacklogSize' }, 'The metric BacklogSize is not known'],
    [
      'on a percentile',
      { Statistic: undefined, ExtendedStatistic: 'p99' },
      "Value 'p99' at 'extendedStatistic' failed",
    ],
    [
      'on an anomaly band',
      { ThresholdMetricId: 'band' },
      "at 'thresholdMetricId' failed to satisfy constraint: Member must be null: it is not supported by Ebb yet",
    ],
    [
      'comparing with a band',
      { ComparisonOperator: 'GreaterThanUpperThreshold' },
      'Ebb does not support anomaly bands yet',
    ],
    [
      'with few samples',
      { EvaluateLowSampleCountPercentile: 'ignore' },
      "at 'evaluateLowSampleCountPercentile' failed",
    ],
    ['with unknown treatment', { TreatMissingData: 'whatever' }, "Value 'whatever' at 'treatMissingData' failed"],
    ['acting on what is no ARN', { AlarmActions: ['call me'] }, 'Invalid arn syntax: call me'],
    [
      'with an action that Ebb does not support',
      { OKActions: ['arn:aws:lambda:us-east-1:1:f'] },
      'The action arn:aws:lambda:us-east-1:1:f is not supported by Ebb',
    ],
    [
      'with one dimension twice',
      {
        Dimensions: [
          { Name: 'A', Value: 'b' },
          { Name: 'A', Value: 'c' },
        ],
      },
      "Value 'A' at 'dimensions.2.member.name' failed to satisfy constraint: Member must be named only once",
    ],
    [
      'with both a metric and expressions',
      { Metrics: [{ Id: 'e', Expression: '1' }] },
      "at 'metricName' failed to satisfy constraint: Member must be null where Metrics is given",
    ],
  ])('%s', async (_, input, message) => {
    await put();
    const before = await alarms();
    const refused = await refusalOf(put({ AlarmName: 'backlog', ...input }));
    expect(refused).toMatchObject({ name: 'ValidationException', $metadata: { httpStatusCode: 400 } });
    expect(refused.message).toContain(message);
    expect(await alarms()).toEqual(before);
    expect(await history()).toEqual(['Alarm "backlog" created']);
  });

  it('if its expressions are invalid', async () => {
    const { EvaluationPeriods, Threshold, ComparisonOperator } = BACKLOG;
    const Metric = { Namespace: 'Shop', MetricName: 'Orders' };
    const Metrics = [
      { Id: 'm1', MetricStat: { Metric, Period: 60, Stat: 'Sum' }, ReturnData: false },
      { Id: 'e1', Expression: 'e2 + m1' },
      { Id: 'e2', Expression: 'e1', ReturnData: false },
    ];
    const input = { AlarmName: 'circle', EvaluationPeriods, Threshold, ComparisonOperator, Metrics };
    expect(await refusalOf(host.cloudwatch.send(new PutMetricAlarmCommand(input)))).toMatchObject({
      name: 'ValidationException',
      message: "Error in expression 'e2': 'e1' depends on itself at position 1.",
    });
    expect(await alarms()).toEqual([]);
  });

  it('if it is set to a state and does not exist, or the data is not JSON', async () => {
    await put();
    expect(await set({ AlarmName: 'nothing' })).toMatchObject({ name: 'ResourceNotFound' });
    expect(await set({ StateReasonData: '{' })).toMatchObject({ name: 'InvalidFormatFault' });
    expect(await alarms()).toMatchObject([{ StateValue: 'INSUFFICIENT_DATA' }]);
  });
});
