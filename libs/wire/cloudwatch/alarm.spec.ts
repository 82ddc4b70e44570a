import { describe, expect, it } from 'vitest';
import { type Alarm, UNCHECKED } from '../../core/alarm/alarm.js';
import { readPutMetricAlarm, writeMetricAlarm } from './alarm.js';

const PLACE = { accountId: '123456789012', region: 'us-east-1' };
const SCALE = 'arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1';
const PUT = {
  AlarmName: 'backlog',
  MetricName: 'ApproximateBacklogSize',
  Namespace: 'AWS/SageMaker',
  Dimensions: [{ Name: 'EndpointName', Value: 'ocr' }],
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 3,
  Threshold: 5,
  ComparisonOperator: 'GreaterThanThreshold',
};
const QUERIES = [
  { Id: 'm', MetricStat: { Metric: { Namespace: 'Shop', MetricName: 'Orders' }, Period: 60, Stat: 'Sum' } },
];
const OVER_QUERIES = {
  ...PUT,
  MetricName: undefined,
  Namespace: undefined,
  Dimensions: undefined,
  Statistic: undefined,
  Period: undefined,
  Metrics: QUERIES,
};

describe('the settings of an alarm', () => {
  it('act when nothing else is said, on nothing, and take missing data as missing', () => {
    expect(readPutMetricAlarm(PUT)).toEqual({
      settings: {
        name: 'backlog',
        description: undefined,
        source: {
          kind: 'metric',
          metric: { namespace: 'AWS/SageMaker', name: 'ApproximateBacklogSize', dimensions: { EndpointName: 'ocr' } },
          statistic: 'Average',
          unit: undefined,
        },
        periodSeconds: 60,
        evaluationPeriods: 3,
        datapointsToAlarm: undefined,
        threshold: 5,
        comparison: 'GreaterThanThreshold',
        treatMissingData: 'missing',
        actionsEnabled: true,
        okActions: [],
        alarmActions: [],
        insufficientDataActions: [],
      },
      tags: {},
    });
  });

  it('keep all that is said', () => {
    const said = {
      AlarmDescription: 'Too much',
      DatapointsToAlarm: 2,
      TreatMissingData: 'breaching',
      ActionsEnabled: false,
      OKActions: ['a'],
      AlarmActions: [SCALE],
      InsufficientDataActions: ['b'],
      Tags: [{ Key: 'team', Value: 'ocr' }],
    };
    const { settings, tags } = readPutMetricAlarm({ ...PUT, ...said });
    expect(tags).toEqual({ team: 'ocr' });
    expect(settings).toMatchObject({
      description: 'Too much',
      datapointsToAlarm: 2,
      treatMissingData: 'breaching',
      actionsEnabled: false,
      okActions: ['a'],
      alarmActions: [SCALE],
      insufficientDataActions: ['b'],
    });
  });

  it('over expressions have the period of their metrics', () => {
    const { settings } = readPutMetricAlarm({ ...OVER_QUERIES, Metrics: [...QUERIES, { Id: 'e', Expression: 'm' }] });
    expect(settings.periodSeconds).toBe(60);
    expect(settings.source).toMatchObject({ kind: 'queries', queries: [{ id: 'm' }, { id: 'e' }] });
  });

  it.each<[string, object, string]>([
    ['without a comparison', { ComparisonOperator: undefined }, "Value 'null' at 'comparisonOperator'"],
    ['with an unknown comparison', { ComparisonOperator: 'Equal' }, 'Member must satisfy enum value set'],
    ['comparing with a band', { ComparisonOperator: 'LessThanLowerThreshold' }, 'does not support anomaly bands yet'],
    ['over no periods', { EvaluationPeriods: 0 }, "at 'evaluationPeriods'"],
    ['with a name of control characters', { AlarmName: 'a\tb' }, 'pattern: [^\\x00-\\x1F\\x7F]+'],
    ['with six actions', { AlarmActions: Array.from({ length: 6 }, () => SCALE) }, "at 'alarmActions'"],
    ['with a threshold of text', { Threshold: '5' }, "Value '5' at 'threshold'"],
    ['with no metrics', { ...OVER_QUERIES, Metrics: [] }, "at 'metrics' failed"],
    ['with expressions alone', { ...OVER_QUERIES, Metrics: [{ Id: 'e', Expression: '1' }] }, 'at least one MetricStat'],
    [
      'with dimensions beside expressions',
      { ...OVER_QUERIES, Dimensions: PUT.Dimensions },
      "at 'dimensions' failed to satisfy constraint: Member must be null where Metrics is given",
    ],
    ['with a percentile', { ExtendedStatistic: 'p99' }, "Value 'p99' at 'extendedStatistic'"],
    ['with a warm-up', { WarmUpConfiguration: { Periods: 1 } }, "at 'warmUpConfiguration'"],
  ])('are refused %s', (_, members, message) => {
    expect(() => readPutMetricAlarm({ ...PUT, ...members })).toThrow(message);
  });
});

function described(put: Readonly<Record<string, unknown>>): object {
  const { settings, tags } = readPutMetricAlarm(put);
  const alarm: Alarm = {
    ...settings,
    tags,
    state: 'OK',
    stateReason: UNCHECKED,
    stateChangedAt: 1_000,
    stateUpdatedAt: 2_500,
    configuredAt: 500,
  };
  return writeMetricAlarm(alarm, PLACE);
}

describe('an alarm', () => {
  it('is described with what was put and what it came to, times in seconds', () => {
    expect(described(PUT)).toEqual({
      ...PUT,
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:backlog',
      AlarmConfigurationUpdatedTimestamp: 0.5,
      ActionsEnabled: true,
      OKActions: [],
      AlarmActions: [],
      InsufficientDataActions: [],
      StateValue: 'OK',
      StateReason: UNCHECKED,
      StateTransitionedTimestamp: 1,
      StateUpdatedTimestamp: 2.5,
      TreatMissingData: 'missing',
    });
  });

  it('over expressions is described with them, and with no metric of its own', () => {
    const alarm = described(OVER_QUERIES);
    expect(alarm).toMatchObject({ Metrics: [{ Id: 'm', ReturnData: true, MetricStat: { Period: 60, Stat: 'Sum' } }] });
    expect(alarm).not.toHaveProperty('MetricName');
    expect(alarm).not.toHaveProperty('Period');
  });
});
