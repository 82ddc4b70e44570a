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
    ['tell a policy and a topic', {}],
    ['look at ten-second periods', { periodSeconds: 10 }],
    ['look back for a day', { periodSeconds: 300, evaluationPeriods: 288 }],
    ['look back for a week on periods of an hour', { periodSeconds: 3600, evaluationPeriods: 168 }],
    ['watch a metric of endpoints that are not asynchronous', watching('AWS/SageMaker', 'InvocationsPerInstance')],
    ["watch anything in another's namespace", watching('Shop', 'Orders')],
    ['watch instances', watching('/aws/sagemaker/Endpoints', 'CPUUtilization')],
  ])('%s', (_, differences) => {
    expect(() => checkAlarm(alarm(differences))).not.toThrow();
  });
});

describe('an alarm is refused where it', () => {
  it.each<[string, Partial<AlarmSettings>, string]>([
    [
      'watches what SageMaker does not measure',
      watching('AWS/SageMaker', 'BacklogSize'),
      'The metric BacklogSize is not known in the namespace AWS/SageMaker, which has ApproximateBacklogSize, ',
    ],
    ['has an odd period', { periodSeconds: 45 }, 'Invalid period 45: it must be 10, 20, 30 or a multiple of 60.'],
    [
      'wants more datapoints than it looks at',
      { datapointsToAlarm: 3 },
      'DatapointsToAlarm must be less than or equal to EvaluationPeriods.',
    ],
    [
      'looks back for longer than a day',
      { periodSeconds: 300, evaluationPeriods: 289 },
      'Metrics cannot be checked across more than a day (EvaluationPeriods * Period must be <= 86400).',
    ],
    ['acts on no ARN', { okActions: ['call me'] }, 'Invalid arn syntax: call me'],
    [
      'acts on what Ebb does not have',
      { alarmActions: ['arn:aws:automate:us-east-1:ec2:stop'] },
      'The action arn:aws:automate:us-east-1:ec2:stop is not supported by Ebb: it must be a scaling policy of',
    ],
    [
      'watches an expression over what is not there',
      { source: { kind: 'queries', queries: [{ kind: 'expression', id: 'e', expression: 'm1', returnData: true }] } },
      "Error in expression 'e': No element of the list has the id 'm1' at position 1.",
    ],
  ])('%s', (_, differences, reason) => {
    expect(() => checkAlarm(alarm(differences))).toThrow(reason);
  });
});
