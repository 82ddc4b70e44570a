import {
  type PutScalingPolicyCommandInput,
  type PutScalingPolicyCommandOutput,
  PutScalingPolicyCommand,
  type PutScheduledActionCommandInput,
  PutScheduledActionCommand,
  RegisterScalableTargetCommand,
} from '@aws-sdk/client-application-auto-scaling';
import type { Alarm } from '../../libs/core/alarm/alarm.js';
import { writeAlarm } from '../../libs/engine/alarm/alarm-records.js';
import type { ControlHost } from './control-host.js';
import { createEndpoint } from './deploy.js';

/** How Application Auto Scaling names the variant `main` of an endpoint. */
export function variantOf(endpointName: string) {
  return {
    ServiceNamespace: 'sagemaker',
    ResourceId: `endpoint/${endpointName}/variant/main`,
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
  } as const;
}

/** An endpoint whose variant may have from zero to four instances; returns the ARN of the scalable target. */
export async function registerEndpoint(host: ControlHost, name: string): Promise<string> {
  await createEndpoint(host, name);
  const bounds = { MinCapacity: 0, MaxCapacity: 4 };
  const target = await host.scaling.send(new RegisterScalableTargetCommand({ ...variantOf(name), ...bounds }));
  return target.ScalableTargetARN!;
}

/** The policy that SageMaker's guide recommends for asynchronous endpoints. */
export const BACKLOG_TRACKING = {
  TargetValue: 5,
  CustomizedMetricSpecification: {
    MetricName: 'ApproximateBacklogSizePerInstance',
    Namespace: 'AWS/SageMaker',
    Dimensions: [{ Name: 'EndpointName', Value: 'OCR' }],
    Statistic: 'Average',
  },
} satisfies PutScalingPolicyCommandInput['TargetTrackingScalingPolicyConfiguration'];

/** The policy with which it leaves zero. */
export const WAKE_STEPS = {
  AdjustmentType: 'ChangeInCapacity',
  MetricAggregationType: 'Average',
  Cooldown: 300,
  StepAdjustments: [{ MetricIntervalLowerBound: 0, ScalingAdjustment: 1 }],
} satisfies PutScalingPolicyCommandInput['StepScalingPolicyConfiguration'];

/** Puts a policy of the endpoint `OCR`: one that tracks its backlog, where nothing else is said. */
export function putPolicy(
  { scaling }: ControlHost,
  input: Partial<PutScalingPolicyCommandInput> = {},
): Promise<PutScalingPolicyCommandOutput> {
  return scaling.send(
    new PutScalingPolicyCommand({
      ...variantOf('OCR'),
      PolicyName: 'backlog',
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: BACKLOG_TRACKING,
      ...input,
    }),
  );
}

/** Puts a policy of the endpoint `OCR` that goes by steps. */
export function putStepPolicy(
  host: ControlHost,
  input: Partial<PutScalingPolicyCommandInput> = {},
): Promise<PutScalingPolicyCommandOutput> {
  return putPolicy(host, {
    PolicyName: 'wake',
    PolicyType: 'StepScaling',
    TargetTrackingScalingPolicyConfiguration: undefined,
    StepScalingPolicyConfiguration: WAKE_STEPS,
    ...input,
  });
}

/** Puts a scheduled action of the endpoint `OCR`: one for the mornings, where nothing else is said. */
export async function putAction(
  { scaling }: ControlHost,
  input: Partial<PutScheduledActionCommandInput> = {},
): Promise<void> {
  await scaling.send(
    new PutScheduledActionCommand({
      ...variantOf('OCR'),
      ScheduledActionName: 'mornings',
      Schedule: 'cron(0 8 ? * MON-FRI *)',
      ScalableTargetAction: { MinCapacity: 1, MaxCapacity: 3 },
      ...input,
    }),
  );
}

/** An alarm of a user that triggers a policy and tells a topic. */
export function putAlarmFor({ world }: ControlHost, policyArn: string): Promise<Alarm> {
  return writeAlarm(world, {
    name: 'waiting',
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
    alarmActions: [policyArn, 'arn:aws:sns:us-east-1:123456789012:operators'],
    insufficientDataActions: [],
  });
}
