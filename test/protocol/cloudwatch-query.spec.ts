import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
});
afterEach(() => host.close());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Calls as SDKs did before JSON: with a form, signed for `monitoring`. */
async function call(
  Action: string,
  members: Readonly<Record<string, string>> = {},
  send: { encoding?: string; pack?: (form: string) => Uint8Array<ArrayBuffer> } = {},
): Promise<Answer> {
  const form = new URLSearchParams({ Action, Version: '2010-08-01', ...members }).toString();
  const response = await fetch(host.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      authorization: 'AWS4-HMAC-SHA256 Credential=A/20261122/us-east-1/monitoring/aws4_request, Signature=0',
      ...(send.encoding !== undefined && { 'content-encoding': send.encoding }),
    },
    body: send.pack ? send.pack(form) : form,
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const BACKLOG = {
  AlarmName: 'backlog & more',
  MetricName: 'HasBacklogWithoutCapacity',
  Namespace: 'AWS/SageMaker',
  'Dimensions.member.1.Name': 'EndpointName',
  'Dimensions.member.1.Value': '7',
  Statistic: 'Average',
  Period: '60',
  EvaluationPeriods: '2',
  Threshold: '1.5',
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  ActionsEnabled: 'false',
  'AlarmActions.member.1': 'arn:aws:sns:us-east-1:123456789012:alarms',
  OKActions: '',
};

/** Calls as today's SDKs do. */
const json = (operation: string, body: object): Promise<Response> =>
  fetch(host.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `GraniteServiceVersion20100801.${operation}`,
      'x-amzn-query-mode': 'true',
    },
    body: JSON.stringify(body),
  });

/** Returns the content of each element of that name. */
function contents(text: string, element: string): string[] {
  return [...text.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'gs'))].map(([, content]) => content!);
}

describe('by forms', () => {
  it('an alarm is put and described, with times as text and lists of members', async () => {
    const put = await call('PutMetricAlarm', BACKLOG);
    expect(put.status).toBe(200);
    expect(put.headers.get('content-type')).toBe('text/xml');
    expect(put.text).toMatch(
      /^<\?xml version="1.0"\?>\n<PutMetricAlarmResponse xmlns="http:\/\/monitoring.amazonaws.com\/doc\/2010-08-01\/"><ResponseMetadata><RequestId>[\w-]+<\/RequestId><\/ResponseMetadata><\/PutMetricAlarmResponse>$/,
    );
    const { text } = await call('DescribeAlarms', { AlarmNamePrefix: 'backlog' });
    expect(contents(text, 'AlarmName')).toEqual(['backlog &amp; more']);
    expect(contents(text, 'Threshold')).toEqual(['1.5']);
    expect(contents(text, 'ActionsEnabled')).toEqual(['false']);
    expect(contents(text, 'AlarmActions')).toEqual(['<member>arn:aws:sns:us-east-1:123456789012:alarms</member>']);
    expect(contents(text, 'Dimensions')).toEqual(['<member><Name>EndpointName</Name><Value>7</Value></member>']);
    expect(contents(text, 'StateUpdatedTimestamp')[0]).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(text).toContain('<OKActions/>');
    expect(text).toContain('<CompositeAlarms/>');
  });

  it('an expression is put with all of its parts', async () => {
    const line = 'Metrics.member.1';
    const members = {
      AlarmName: 'weight',
      EvaluationPeriods: '1',
      Threshold: '1e3',
      ComparisonOperator: 'GreaterThanThreshold',
      [`${line}.Id`]: 'size',
      [`${line}.MetricStat.Metric.Namespace`]: 'AWS/SageMaker',
      [`${line}.MetricStat.Metric.MetricName`]: 'ApproximateBacklogSize',
      [`${line}.MetricStat.Metric.Dimensions.member.1.Name`]: 'EndpointName',
      [`${line}.MetricStat.Metric.Dimensions.member.1.Value`]: 'OCR',
      [`${line}.MetricStat.Period`]: '300',
      [`${line}.MetricStat.Stat`]: 'Average',
      [`${line}.ReturnData`]: 'false',
      'Metrics.member.2.Id': 'e',
      'Metrics.member.2.Expression': 'FILL(size, 0) * 2',
    };
    expect((await call('PutMetricAlarm', members)).status).toBe(200);
    expect(await host.world.catalog.alarms.get('weight')).toMatchObject({
      threshold: 1_000,
      periodSeconds: 300,
      source: {
        queries: [
          { id: 'size', returnData: false },
          { id: 'e', returnData: true },
        ],
      },
    });
  });

  it('metrics are put and read, compressed or not', async () => {
    const at = Math.floor(Date.now() / 60_000) * 60_000 - 120_000;
    const put = {
      Namespace: 'Shop',
      'MetricData.member.1.MetricName': 'Orders',
      'MetricData.member.1.Value': '7.5',
      'MetricData.member.1.Timestamp': new Date(at).toISOString(),
      'MetricData.member.2.MetricName': 'Orders',
      'MetricData.member.2.Values.member.1': '1',
      'MetricData.member.2.Values.member.2': '2',
      'MetricData.member.2.Counts.member.1': '3',
      'MetricData.member.2.Counts.member.2': '1',
      // Without a time zone, as some clients write it: in UTC.
      'MetricData.member.2.Timestamp': new Date(at).toISOString().replace('Z', ''),
    };
    expect((await call('PutMetricData', put, { encoding: 'gzip', pack: gzipSync })).status).toBe(200);
    const range = { StartTime: new Date(at).toISOString(), EndTime: new Date(at + 60_000).toISOString() };
    const read = await call('GetMetricStatistics', {
      ...range,
      Namespace: 'Shop',
      MetricName: 'Orders',
      Period: '60',
      'Statistics.member.1': 'Sum',
      'Statistics.member.2': 'SampleCount',
    });
    expect(contents(read.text, 'Datapoints')).toEqual([
      `<member><Timestamp>${range.StartTime}</Timestamp><Sum>12.5</Sum><SampleCount>5</SampleCount><Unit>None</Unit></member>`,
    ]);
    const data = await call('GetMetricData', {
      ...range,
      'MetricDataQueries.member.1.Id': 'm1',
      'MetricDataQueries.member.1.MetricStat.Metric.Namespace': 'Shop',
      'MetricDataQueries.member.1.MetricStat.Metric.MetricName': 'Orders',
      'MetricDataQueries.member.1.MetricStat.Period': '60',
      'MetricDataQueries.member.1.MetricStat.Stat': 'Maximum',
    });
    expect(contents(data.text, 'Timestamps')).toEqual([`<member>${range.StartTime}</member>`]);
    expect(contents(data.text, 'Values')).toEqual(['<member>7.5</member>']);
  });

  it('alarms are set, have actions disabled and a history, are tagged and deleted', async () => {
    await call('PutMetricAlarm', { ...BACKLOG, 'Tags.member.1.Key': 'team', 'Tags.member.1.Value': '12' });
    const AlarmName = BACKLOG.AlarmName;
    await call('SetAlarmState', { AlarmName, StateValue: 'ALARM', StateReason: 'as I say' });
    await call('EnableAlarmActions', { 'AlarmNames.member.1': AlarmName });
    const history = await call('DescribeAlarmHistory', { AlarmName, MaxRecords: '1', EndDate: '2099-01-01T00:00:00Z' });
    expect(contents(history.text, 'HistoryItemType')).toEqual(['ConfigurationUpdate']);
    expect(contents(history.text, 'NextToken')).toHaveLength(1);
    const ResourceARN = `arn:aws:cloudwatch:us-east-1:123456789012:alarm:${AlarmName}`;
    const tags = await call('ListTagsForResource', { ResourceARN });
    expect(contents(tags.text, 'Tags')).toEqual(['<member><Key>team</Key><Value>12</Value></member>']);
    const untagged = await call('UntagResource', { ResourceARN, 'TagKeys.member.1': 'team' });
    expect(untagged.text).toContain('<UntagResourceResult/>');
    expect((await call('DeleteAlarms', { 'AlarmNames.member.1': AlarmName })).status).toBe(200);
    expect(await host.world.catalog.alarms.all()).toEqual([]);
  });
});

describe('a form is refused', () => {
  it.each<[string, string, Record<string, string>, number, string, string]>([
    [
      'where a number is invalid',
      'PutMetricAlarm',
      { ...BACKLOG, Threshold: 'high' },
      400,
      'ValidationError',
      "Value 'high' at 'threshold'",
    ],
    [
      'where a number is missing',
      'PutMetricAlarm',
      { ...BACKLOG, Period: '' },
      400,
      'ValidationError',
      "Value '' at 'period'",
    ],
    [
      'where a boolean is invalid',
      'PutMetricAlarm',
      { ...BACKLOG, ActionsEnabled: 'yes' },
      400,
      'ValidationError',
      "Value 'yes' at 'actionsEnabled'",
    ],
    [
      'where a time is invalid',
      'DescribeAlarmHistory',
      { StartDate: 'today' },
      400,
      'ValidationError',
      "Value 'today' at 'startDate'",
    ],
    [
      'where the alarm does not exist',
      'DeleteAlarms',
      { 'AlarmNames.member.1': 'nothing' },
      404,
      'ResourceNotFound',
      'Could not find alarms: nothing',
    ],
    [
      'where metrics are in a namespace that is not theirs',
      'PutMetricData',
      { Namespace: 'AWS/Lambda', 'MetricData.member.1.MetricName': 'x', 'MetricData.member.1.Value': '1' },
      400,
      'InvalidParameterValue',
      'The value AWS/Lambda for parameter Namespace is invalid.',
    ],
    [
      'where Ebb has no such operation',
      'PutCompositeAlarm',
      {},
      400,
      'InvalidAction',
      'The action PutCompositeAlarm is not supported by Ebb yet.',
    ],
  ])('%s', async (_, action, members, status, code, message) => {
    const answer = await call(action, members);
    expect(answer.status).toBe(status);
    expect(contents(answer.text, 'Type')).toEqual(['Sender']);
    expect(contents(answer.text, 'Code')).toEqual([code]);
    expect(contents(answer.text, 'Message')[0]).toContain(message);
    expect(await host.world.catalog.alarms.all()).toEqual([]);
  });

  it('where it is not compressed as stated, or too long', async () => {
    const refused = await call('PutMetricData', {}, { encoding: 'gzip' });
    expect([refused.status, contents(refused.text, 'Code')]).toEqual([400, ['ValidationError']]);
    const long = await call(
      'PutMetricData',
      { Namespace: 'x'.repeat(2_000_000) },
      { encoding: 'gzip', pack: gzipSync },
    );
    expect([long.status, contents(long.text, 'Code')]).toEqual([413, ['RequestEntityTooLarge']]);
  });
});

describe('by JSON', () => {
  it('errors bear the names of both protocols', async () => {
    const response = await json('GetMetricStatistics', {});
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toBe('application/x-amz-json-1.0');
    expect(response.headers.get('x-amzn-query-error')).toBe('InvalidParameterValue;Sender');
    expect(await response.json()).toMatchObject({ __type: 'InvalidParameterValueException' });
  });

  it('times are seconds since the epoch', async () => {
    const response = await json('DescribeAlarmHistory', { StartDate: 0, EndDate: 1_800_000_000.5 });
    expect(await response.json()).toEqual({ AlarmHistoryItems: [] });
    expect((await json('DescribeAlarmHistory', { StartDate: '2026-11-22T00:00:00Z' })).status).toBe(400);
  });

  it.each(['PutCompositeAlarm', 'PutAnomalyDetector', 'PutDashboard', 'PutMetricStream'])(
    '%s is refused as not supported',
    async (operation) => {
      const response = await json(operation, {});
      expect(response.status).toBe(400);
      expect(response.headers.get('x-amzn-query-error')).toBe('InvalidAction;Sender');
      expect(await response.json()).toEqual({
        __type: 'UnknownOperationException',
        message: `CloudWatch's operation ${operation} is not supported by Ebb yet.`,
      });
    },
  );
});
