import {
  DeleteScalingPolicyCommand,
  DescribeScalingPoliciesCommand,
  type ScalingPolicy,
} from '@aws-sdk/client-application-auto-scaling';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alarm } from '../../libs/core/alarm/alarm.js';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import {
  BACKLOG_TRACKING,
  WAKE_STEPS,
  putAlarmFor,
  putPolicy,
  putStepPolicy,
  registerEndpoint,
  variantOf,
} from '../support/scaling-requests.js';

let host: ControlHost;
beforeEach(async () => {
  host = await openControlHost();
  await registerEndpoint(host, 'OCR');
  host.signals.length = 0;
});
afterEach(() => host.close());

async function policies(): Promise<ScalingPolicy[]> {
  const command = new DescribeScalingPoliciesCommand({ ServiceNamespace: 'sagemaker' });
  return (await host.scaling.send(command)).ScalingPolicies!;
}

const alarms = (): Promise<Alarm[]> => host.world.catalog.alarms.all();

async function history(): Promise<string[]> {
  const items = await host.world.catalog.alarmHistory.list({ oldestFirst: true, limit: 100 });
  return items.map(({ type, summary }) => `${type}: ${summary}`);
}

function deletePolicy(name: string) {
  return host.scaling.send(new DeleteScalingPolicyCommand({ ...variantOf('OCR'), PolicyName: name }));
}

describe('a target-tracking policy', () => {
  it('is put with two alarms of its own, and described as it was put', async () => {
    const { PolicyARN, Alarms } = await putPolicy(host);
    expect(PolicyARN).toMatch(
      /^arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:[0-9a-f-]{36}:resource\/sagemaker\/endpoint\/OCR\/variant\/main:policyName\/backlog$/,
    );
    expect(Alarms).toHaveLength(2);
    const prefix = 'TargetTracking-endpoint/OCR/variant/main-Alarm';
    expect(Alarms![0]!.AlarmName).toMatch(new RegExp(`^${prefix}High-[0-9a-f-]{36}$`));
    expect(Alarms![1]!.AlarmName).toMatch(new RegExp(`^${prefix}Low-[0-9a-f-]{36}$`));
    expect(Alarms![0]!.AlarmARN).toBe(`arn:aws:cloudwatch:us-east-1:123456789012:alarm:${Alarms![0]!.AlarmName}`);
    expect(await policies()).toEqual([
      {
        ...variantOf('OCR'),
        PolicyARN,
        PolicyName: 'backlog',
        PolicyType: 'TargetTrackingScaling',
        TargetTrackingScalingPolicyConfiguration: BACKLOG_TRACKING,
        Alarms,
        CreationTime: expect.any(Date) as Date,
      },
    ]);
  });

  it('has alarms with insufficient data at first, and signals the alarms', async () => {
    const { PolicyARN, Alarms } = await putPolicy(host);
    const [high, low] = await alarms();
    const shared = { state: 'INSUFFICIENT_DATA', alarmActions: [PolicyARN], periodSeconds: 60, actionsEnabled: true };
    expect(high).toMatchObject({
      ...shared,
      description: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${PolicyARN}.`,
      comparison: 'GreaterThanThreshold',
      threshold: 5,
      evaluationPeriods: 3,
      treatMissingData: 'missing',
    });
    expect(low).toMatchObject({
      ...shared,
      comparison: 'LessThanThreshold',
      threshold: 4.5,
      evaluationPeriods: 15,
    });
    const [highName, lowName] = Alarms!.map(({ AlarmName }) => AlarmName!);
    expect(host.signals).toEqual([
      { kind: 'alarm', alarmName: highName },
      { kind: 'alarm', alarmName: lowName },
      { kind: 'endpoint', endpointName: 'OCR' },
    ]);
    expect(await history()).toEqual([
      `ConfigurationUpdate: Alarm "${highName}" created`,
      `ConfigurationUpdate: Alarm "${lowName}" created`,
    ]);
  });

  it('keeps its ARN and the names of its alarms when it is put again', async () => {
    const first = await putPolicy(host);
    const configuration = {
      ...BACKLOG_TRACKING,
      TargetValue: 2,
      ScaleInCooldown: 60,
      ScaleOutCooldown: 0,
      DisableScaleIn: false,
    };
    const second = await putPolicy(host, { TargetTrackingScalingPolicyConfiguration: configuration });
    expect(second).toMatchObject({ PolicyARN: first.PolicyARN, Alarms: first.Alarms });
    expect(await policies()).toMatchObject([{ TargetTrackingScalingPolicyConfiguration: configuration }]);
    expect((await alarms()).map(({ threshold }) => threshold)).toEqual([2, 1.8]);
  });

  it('keeps its configuration when it is put without one', async () => {
    await putPolicy(host);
    await putPolicy(host, { PolicyType: undefined, TargetTrackingScalingPolicyConfiguration: undefined });
    expect(await policies()).toMatchObject([{ TargetTrackingScalingPolicyConfiguration: BACKLOG_TRACKING }]);
  });

  it('has no low alarm while it never scales in', async () => {
    const { Alarms } = await putPolicy(host);
    const fixed = { ...BACKLOG_TRACKING, DisableScaleIn: true };
    const { Alarms: high } = await putPolicy(host, { TargetTrackingScalingPolicyConfiguration: fixed });
    expect(high).toEqual([Alarms![0]]);
    expect(await alarms()).toHaveLength(1);
    const { Alarms: again } = await putPolicy(host);
    expect(again![0]).toEqual(Alarms![0]);
    expect(await alarms()).toHaveLength(2);
  });

  it('is deleted with its alarms', async () => {
    await putPolicy(host);
    await deletePolicy('backlog');
    expect(await policies()).toEqual([]);
    expect(await alarms()).toEqual([]);
    expect((await history()).slice(2)).toEqual([
      expect.stringMatching(/^ConfigurationUpdate: Alarm ".*High.*" deleted$/),
      expect.stringMatching(/^ConfigurationUpdate: Alarm ".*Low.*" deleted$/),
    ]);
  });

  it('tracks the predefined metric of variants', async () => {
    const configuration = {
      TargetValue: 70,
      PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' },
    } as const;
    await putPolicy(host, { TargetTrackingScalingPolicyConfiguration: configuration });
    expect(await policies()).toMatchObject([{ TargetTrackingScalingPolicyConfiguration: configuration }]);
  });

  it('tracks an expression over metrics', async () => {
    const backlog = {
      MetricName: 'ApproximateBacklogSize',
      Namespace: 'AWS/SageMaker',
      Dimensions: [{ Name: 'EndpointName', Value: 'OCR' }],
    };
    const configuration = {
      TargetValue: 0.5,
      CustomizedMetricSpecification: {
        Metrics: [
          { Id: 'm1', MetricStat: { Metric: backlog, Stat: 'Average', Unit: 'Count' }, ReturnData: false },
          { Id: 'e1', Expression: 'm1 / 4', Label: 'a quarter', ReturnData: true },
        ],
      },
    };
    await putPolicy(host, { TargetTrackingScalingPolicyConfiguration: configuration });
    expect(await policies()).toMatchObject([{ TargetTrackingScalingPolicyConfiguration: configuration }]);
    expect((await alarms())[0]?.source).toMatchObject({
      kind: 'queries',
      queries: [
        { id: 'm1', kind: 'metric', periodSeconds: 60 },
        { id: 'e1', kind: 'expression' },
      ],
    });
  });
});

describe('a step policy', () => {
  it('is put without alarms, and described as it was put', async () => {
    const { PolicyARN, Alarms } = await putStepPolicy(host);
    expect(Alarms).toEqual([]);
    expect(await policies()).toEqual([
      {
        ...variantOf('OCR'),
        PolicyARN,
        PolicyName: 'wake',
        PolicyType: 'StepScaling',
        StepScalingPolicyConfiguration: WAKE_STEPS,
        Alarms: [],
        CreationTime: expect.any(Date) as Date,
      },
    ]);
  });

  it('is described with the alarms of users that trigger it', async () => {
    const { PolicyARN } = await putStepPolicy(host);
    await putAlarmFor(host, PolicyARN!);
    const AlarmARN = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:waiting';
    expect(await policies()).toMatchObject([{ Alarms: [{ AlarmName: 'waiting', AlarmARN }] }]);
  });

  it('is deleted from the actions of the alarms of users, which stay', async () => {
    const { PolicyARN } = await putStepPolicy(host);
    await putAlarmFor(host, PolicyARN!);
    await deletePolicy('wake');
    expect(await policies()).toEqual([]);
    expect(await alarms()).toMatchObject([
      { name: 'waiting', alarmActions: ['arn:aws:sns:us-east-1:123456789012:operators'] },
    ]);
  });

  it('is described without members that were left to the defaults', async () => {
    const configuration = {
      AdjustmentType: 'PercentChangeInCapacity',
      MinAdjustmentMagnitude: 2,
      StepAdjustments: [
        { MetricIntervalUpperBound: -10, ScalingAdjustment: -50 },
        { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: -10 },
      ],
    } as const;
    await putStepPolicy(host, {
      StepScalingPolicyConfiguration: { ...configuration, StepAdjustments: [...configuration.StepAdjustments] },
    });
    expect((await policies())[0]?.StepScalingPolicyConfiguration).toEqual(configuration);
  });

  it('becomes a target-tracking policy, and a step policy again', async () => {
    const { PolicyARN } = await putStepPolicy(host, { PolicyName: 'p' });
    expect(await putPolicy(host, { PolicyName: 'p' })).toMatchObject({ PolicyARN, Alarms: [{}, {}] });
    expect(await putStepPolicy(host, { PolicyName: 'p' })).toMatchObject({ PolicyARN, Alarms: [] });
    expect(await alarms()).toEqual([]);
  });
});
