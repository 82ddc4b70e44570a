import { describe, expect, it } from 'vitest';
import type { AlarmSettings } from './alarm.js';
import { checkAlarm } from './alarm-rules.js';

const POLICY =
  'arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:9:resource/sagemaker/endpoint/OCR/variant/main:policyName/out';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';

function alarm(differences: Partial<AlarmSettings> = {}): AlarmSettings {
  return {
    name: 'backlog',
    source: {
      kind: 'metric',
      metric: { namespace: 'AWS/SageMaker', name: 'HasBacklogWithoutCapacity', dimensions: { EndpointName: 'OCR' } },
      statistic: 'Average',
    },
    periodSeconds: 60,
    evaluationPeriods: 2,
    threshold: 1,
    comparison: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'missing',
    actionsEnabled: true,
    okActions: [],
    alarmActions: [POLICY],
    insufficientDataActions: [TOPIC],
    ...differences,
  };
}

function watching(namespace: string, name: string): Partial<AlarmSettings> {
  return { source: { kind: 'metric', metric: { namespace, name, dimensions: {} }, statistic: 'Sum' } };
}

describe('an alarm may', () => {
  it.each<[string, Partial<AlarmSettings>]>([
    ['trigger a policy and notify a topic', {}],
    ['look at ten-second periods', { periodSeconds: 10 }],
    ['look back for a day', { periodSeconds: 300, evaluationPeriods: 288 }],
    ['look back for a week on periods of an hour', { periodSeconds: 3600, evaluationPeriods: 168 }],
    ['watch a metric of endpoints that are not asynchronous', watching('AWS/SageMaker', 'InvocationsPerInstance')],
    ['watch any metric in another namespace', watching('Shop', 'Orders')],
    ['watch a metric of instances', watching('/aws/sagemaker/Endpoints', 'CPUUtilization')],
  ])('%s', (_, differences) => {
    expect(() => checkAlarm(alarm(differences))).not.toThrow();
  });
});

describe('an alarm is refused if it', () => {
  it.each<[string, Partial<AlarmSettings>, string]>([
    [
      'watches a metric that SageMaker does not have',
      watching('AWS/SageMaker', 'BacklogSize'),
      'The metric BacklogSize is not known in the namespace AWS/SageMaker, which has ApproximateBacklogSize, ',
    ],
    [
      'has a period that CloudWatch does not allow',
      { periodSeconds: 45 },
      'Invalid period 45: it must be 10, 20, 30 or a multiple of 60.',
    ],
    [
      'needs more datapoints than it evaluates',
      { datapointsToAlarm: 3 },
      'DatapointsToAlarm must be less than or equal to EvaluationPeriods.',
    ],
    [
      'looks back for longer than a day',
      { periodSeconds: 300, evaluationPeriods: 289 },
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).',
    ],
    ['has an action that is not an ARN', { okActions: ['call me'] }, 'Invalid arn syntax: call me'],
    [
      'has an action that Ebb does not have',
      { alarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] },
      'The action arn:aws:automate:us-east-1:ec2:stop is not supported by Ebb: it must be a scaling policy of',
    ],
    [
      'watches an expression over a metric that is not in the list',
      { source: { kind: 'queries', queries: [{ kind: 'expression', id: 'e', expression: 'm1', returnData: true }] } },
      "Error in expression 'e': No element of the list has the id 'm1' at position 1.",
    ],
  ])('%s', (_, differences, reason) => {
    expect(() => checkAlarm(alarm(differences))).toThrow(reason);
  });
});
