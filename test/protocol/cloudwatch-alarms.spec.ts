import {
  DeleteAlarmsCommand,
  DescribeAlarmHistoryCommand,
  DescribeAlarmsCommand,
  type DescribeAlarmsCommandInput,
  DescribeAlarmsForMetricCommand,
  DisableAlarmActionsCommand,
  EnableAlarmActionsCommand,
  ListTagsForResourceCommand,
  type MetricAlarm,
  PutMetricAlarmCommand,
  type PutMetricAlarmCommandInput,
  SetAlarmStateCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from '@aws-sdk/client-cloudwatch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { BACKLOG, TOPIC, refusalOf } from '../support/cloudwatch-calls.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';

const ARN = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:backlog';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
});
afterEach(() => host.close());

const put = (input: Partial<PutMetricAlarmCommandInput> = {}) =>
  host.cloudwatch.send(new PutMetricAlarmCommand({ ...BACKLOG, ...input }));

const describeAlarms = (input: DescribeAlarmsCommandInput = {}) =>
  host.cloudwatch.send(new DescribeAlarmsCommand(input));

async function alarms(input?: DescribeAlarmsCommandInput): Promise<MetricAlarm[]> {
  return (await describeAlarms(input)).MetricAlarms!;
}

async function names(input?: DescribeAlarmsCommandInput): Promise<(string | undefined)[]> {
  return (await alarms(input)).map(({ AlarmName }) => AlarmName);
}

async function history(): Promise<readonly (string | undefined)[]> {
  const command = new DescribeAlarmHistoryCommand({ ScanBy: 'TimestampAscending' });
  const { AlarmHistoryItems } = await host.cloudwatch.send(command);
  return AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary);
}

const stat = (name: string) => ({
  Metric: { Namespace: 'AWS/SageMaker', MetricName: name, Dimensions: [{ Name: 'EndpointName', Value: 'OCR' }] },
  Period: 300,
  Stat: 'Average',
});

const readHistory = async (input: object) => {
  const { AlarmHistoryItems, NextToken } = await host.cloudwatch.send(new DescribeAlarmHistoryCommand(input));
  return { summaries: AlarmHistoryItems!.map(({ HistorySummary }) => HistorySummary), NextToken };
};

describe('an alarm', () => {
  it('is put and described with all of its settings, with insufficient data at first', async () => {
    host.signals.length = 0;
    await put({ AlarmDescription: 'wake up', OKActions: [TOPIC], Unit: 'Count' });
    expect(await alarms()).toEqual([
      {
        ...BACKLOG,
        AlarmDescription: 'wake up',
        OKActions: [TOPIC],
        Unit: 'Count',
        AlarmArn: ARN,
        ActionsEnabled: true,
        InsufficientDataActions: [],
        StateValue: 'INSUFFICIENT_DATA',
        StateReason: 'Unchecked: Initial alarm creation',
        AlarmConfigurationUpdatedTimestamp: expect.any(Date) as Date,
        StateUpdatedTimestamp: expect.any(Date) as Date,
        StateTransitionedTimestamp: expect.any(Date) as Date,
      },
    ]);
    expect(host.signals).toEqual([{ kind: 'alarm', alarmName: 'backlog' }]);
  });

  it('keeps only its state when it is put again', async () => {
    await put({ AlarmDescription: 'wake up', Tags: [{ Key: 'team', Value: 'a' }] });
    const command = { AlarmName: 'backlog', StateValue: 'ALARM', StateReason: 'as I say' } as const;
    await host.cloudwatch.send(new SetAlarmStateCommand(command));
    await put({ Threshold: 7.5, DatapointsToAlarm: undefined, Tags: [{ Key: 'team', Value: 'b' }] });
    const [edited] = await alarms();
    expect(edited).toMatchObject({ Threshold: 7.5, StateValue: 'ALARM', StateReason: 'as I say' });
    expect(edited).not.toHaveProperty('AlarmDescription');
    expect(edited).not.toHaveProperty('DatapointsToAlarm');
    const { Tags } = await host.cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: ARN }));
    expect(Tags).toEqual([{ Key: 'team', Value: 'a' }]);
  });

  it('may watch an expression over several metrics', async () => {
    const Metrics = [
      { Id: 'size', MetricStat: stat('ApproximateBacklogSize'), ReturnData: false },
      { Id: 'age', MetricStat: stat('ApproximateAgeOfOldestRequest'), ReturnData: false },
      { Id: 'e', Expression: 'size * age', Label: 'weight', ReturnData: true },
    ];
    const { EvaluationPeriods, Threshold, ComparisonOperator } = BACKLOG;
    const AlarmName = 'weight';
    await host.cloudwatch.send(
      new PutMetricAlarmCommand({ AlarmName, EvaluationPeriods, Threshold, ComparisonOperator, Metrics }),
    );
    const [described] = await alarms();
    expect(described).toMatchObject({ AlarmName, Metrics });
    expect(described).not.toHaveProperty('Period');
  });

  it('is deleted with all named alarms, or not at all', async () => {
    await put();
    await put({ AlarmName: 'other' });
    const refused = host.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['backlog', 'nothing'] }));
    expect(await refusalOf(refused)).toMatchObject({
      name: 'ResourceNotFound',
      message: 'Could not find alarms: nothing',
      $metadata: { httpStatusCode: 404 },
    });
    expect(await names()).toEqual(['backlog', 'other']);
    await host.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['backlog', 'other', 'backlog'] }));
    expect(await names()).toEqual([]);
  });

  it('is set to a state until it is evaluated', async () => {
    await put();
    const [before] = await alarms();
    host.signals.length = 0;
    await host.cloudwatch.send(
      new SetAlarmStateCommand({
        AlarmName: 'backlog',
        StateValue: 'ALARM',
        StateReason: 'to see what happens',
        StateReasonData: '{"by":"me"}',
      }),
    );
    const [after] = await alarms();
    expect(after).toEqual({
      ...before,
      StateValue: 'ALARM',
      StateReason: 'to see what happens',
      StateReasonData: '{"by":"me"}',
      StateUpdatedTimestamp: expect.any(Date) as Date,
      StateTransitionedTimestamp: expect.any(Date) as Date,
    });
    expect(host.signals).toEqual([{ kind: 'alarm', alarmName: 'backlog' }]);
    expect(await history()).toEqual(['Alarm "backlog" created', 'Alarm updated from INSUFFICIENT_DATA to ALARM']);
  });

  it('has its actions disabled and enabled again', async () => {
    await put();
    await host.cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['backlog', 'nothing'] }));
    expect(await alarms()).toMatchObject([{ ActionsEnabled: false }]);
    await host.cloudwatch.send(new EnableAlarmActionsCommand({ AlarmNames: ['backlog'] }));
    expect(await alarms()).toMatchObject([{ ActionsEnabled: true }]);
  });

  it('has tags', async () => {
    await put({ Tags: [{ Key: 'team', Value: 'a' }] });
    const tag = { ResourceARN: ARN, Tags: [{ Key: 'stage', Value: '' }] };
    await host.cloudwatch.send(new TagResourceCommand(tag));
    await host.cloudwatch.send(new UntagResourceCommand({ ResourceARN: ARN, TagKeys: ['team'] }));
    const { Tags } = await host.cloudwatch.send(new ListTagsForResourceCommand({ ResourceARN: ARN }));
    expect(Tags).toEqual([{ Key: 'stage', Value: '' }]);
    const missing = new ListTagsForResourceCommand({ ResourceARN: `${ARN}s` });
    expect(await refusalOf(host.cloudwatch.send(missing))).toMatchObject({
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 404 },
    });
  });
});

describe('alarms are described', () => {
  beforeEach(async () => {
    await put({ AlarmName: 'B' });
    await put({ AlarmName: 'TargetTracking-endpoint/OCR/variant/main-AlarmHigh-1' });
    await put({ AlarmName: 'TargetTracking-endpoint/OCR/variant/main-AlarmLow-1', AlarmActions: [TOPIC], Period: 300 });
  });

  it.each<[string, DescribeAlarmsCommandInput, string[]]>([
    ['by name', { AlarmNames: ['B', 'nothing'] }, ['B']],
    ['by how their names begin', { AlarmNamePrefix: 'TargetTracking-endpoint/OCR/' }, ['High', 'Low']],
    ['by state', { StateValue: 'OK' }, []],
    ['by what they act on', { ActionPrefix: 'arn:aws:autoscaling' }, ['B', 'High']],
    ['by type, of which there is one', { AlarmTypes: ['CompositeAlarm'] }, []],
    ['all of them, in order', {}, ['B', 'High', 'Low']],
  ])('%s', async (_, input, found) => {
    expect((await names(input)).map((name) => /High|Low|B/.exec(name!)![0])).toEqual(found);
  });

  it('page by page', async () => {
    const first = await describeAlarms({ MaxRecords: 2 });
    expect(first.MetricAlarms).toHaveLength(2);
    const second = await describeAlarms({ MaxRecords: 2, NextToken: first.NextToken });
    expect(second.MetricAlarms).toMatchObject([{ AlarmActions: [TOPIC] }]);
    expect(second.NextToken).toBeUndefined();
    expect(await refusalOf(describeAlarms({ NextToken: 'mine' }))).toMatchObject({ name: 'InvalidNextToken' });
  });

  it('by the metric that they watch', async () => {
    const { MetricName, Namespace, Dimensions } = BACKLOG;
    const forMetric = async (input: Partial<MetricAlarm>) => {
      const command = new DescribeAlarmsForMetricCommand({ MetricName, Namespace, Dimensions, ...input });
      return (await host.cloudwatch.send(command)).MetricAlarms!.length;
    };
    expect(await forMetric({})).toBe(3);
    expect(await forMetric({ Period: 300 })).toBe(1);
    expect(await forMetric({ Statistic: 'Sum' })).toBe(0);
    expect(await forMetric({ Dimensions: [] })).toBe(0);
  });
});

describe('the history of alarms', () => {
  it('shows each change and its result, also after the alarm is deleted', async () => {
    await put();
    await put({ Threshold: 2 });
    await host.cloudwatch.send(new DisableAlarmActionsCommand({ AlarmNames: ['backlog'] }));
    await host.cloudwatch.send(new DeleteAlarmsCommand({ AlarmNames: ['backlog'] }));
    const command = new DescribeAlarmHistoryCommand({ AlarmName: 'backlog', HistoryItemType: 'ConfigurationUpdate' });
    const items = (await host.cloudwatch.send(command)).AlarmHistoryItems!;
    expect(items).toMatchObject([
      { AlarmName: 'backlog', AlarmType: 'MetricAlarm', HistorySummary: 'Alarm "backlog" deleted' },
      { HistorySummary: 'Alarm "backlog" updated' },
      { HistorySummary: 'Alarm "backlog" updated' },
      { HistorySummary: 'Alarm "backlog" created' },
    ]);
    expect(JSON.parse(items[2]!.HistoryData!)).toMatchObject({
      version: '1.0',
      type: 'Update',
      updatedAlarm: { alarmName: 'backlog', threshold: 2, metricName: 'HasBacklogWithoutCapacity' },
    });
  });

  it('is read page by page, for one alarm or all, within a time range', async () => {
    await put();
    await put({ AlarmName: 'other' });
    await put();
    const first = await readHistory({ MaxRecords: 2 });
    expect(first.summaries).toEqual(['Alarm "backlog" updated', 'Alarm "other" created']);
    expect(await readHistory({ MaxRecords: 2, NextToken: first.NextToken })).toEqual({
      summaries: ['Alarm "backlog" created'],
      NextToken: undefined,
    });
    expect((await readHistory({ AlarmName: 'other' })).summaries).toEqual(['Alarm "other" created']);
    expect((await readHistory({ EndDate: new Date(Date.now() - 60_000) })).summaries).toEqual([]);
    expect((await readHistory({ HistoryItemType: 'StateUpdate' })).summaries).toEqual([]);
  });
});
