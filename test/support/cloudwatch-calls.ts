import type { CloudWatchServiceException, PutMetricAlarmCommandInput } from '@aws-sdk/client-cloudwatch';
import { expect } from 'vitest';

const POLICY =
  'arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:9:resource/sagemaker/endpoint/OCR/variant/main:policyName/out';
export const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';

/** The alarm of the documented way from zero. */
export const BACKLOG: PutMetricAlarmCommandInput = {
  AlarmName: 'backlog',
  MetricName: 'HasBacklogWithoutCapacity',
  Namespace: 'AWS/SageMaker',
  Dimensions: [{ Name: 'EndpointName', Value: 'OCR' }],
  Statistic: 'Average',
  Period: 60,
  EvaluationPeriods: 2,
  DatapointsToAlarm: 2,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  TreatMissingData: 'missing',
  AlarmActions: [POLICY],
};

/** What a call was refused with; fails where it was not. */
export async function refusalOf(answer: Promise<unknown>): Promise<CloudWatchServiceException> {
  return answer.then(
    () => expect.fail('was not refused'),
    (error: CloudWatchServiceException) => error,
  );
}
