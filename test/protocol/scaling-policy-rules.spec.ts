import {
  type CustomizedMetricSpecification,
  type PutScalingPolicyCommandInput,
  type TargetTrackingScalingPolicyConfiguration,
} from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { BACKLOG_TRACKING, WAKE_STEPS, putPolicy, registerEndpoint, variantOf } from '../support/scaling-requests.js';

/** One host for all tests, because refused requests change nothing. */
let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
  await registerEndpoint(host, 'OCR');
  host.signals.length = 0;
});
afterAll(() => host.close());

/** Checks that refused requests changed nothing. */
async function expectNothing(): Promise<void> {
  expect(await host.world.catalog.scalingPolicies.all()).toEqual([]);
  expect(await host.world.catalog.alarms.all()).toEqual([]);
  expect(host.signals).toEqual([]);
}

const PREDICTIVE = { MetricSpecifications: [{ TargetValue: 1 }] };

describe('a policy is refused', () => {
  it.each<readonly [string, Partial<PutScalingPolicyCommandInput>, string]>([
    [
      'without a configuration',
      { TargetTrackingScalingPolicyConfiguration: undefined },
      'TargetTrackingScaling policy configuration must be specified',
    ],
    [
      'without anything',
      { PolicyType: undefined, TargetTrackingScalingPolicyConfiguration: undefined },
      'StepScaling policy configuration must be specified',
    ],
    [
      'with both configurations',
      { StepScalingPolicyConfiguration: WAKE_STEPS },
      'You must only provide a single scaling policy configuration, which must match the scaling policy type specified.',
    ],
    [
      'with the configuration of another type',
      { PolicyType: 'StepScaling' },
      'StepScaling policy configuration must be specified',
    ],
    ['of a type that Ebb has not', { PolicyType: 'PredictiveScaling' }, 'Predictive scaling is not supported by Ebb.'],
    [
      'with a forecast',
      { PredictiveScalingPolicyConfiguration: PREDICTIVE },
      'Predictive scaling is not supported by Ebb.',
    ],
    [
      'of an unknown type',
      { PolicyType: 'Simple' as 'StepScaling' },
      "Value 'Simple' at 'policyType' failed to satisfy constraint: Member must satisfy enum value set",
    ],
    [
      'without a name',
      { PolicyName: undefined },
      "Value 'null' at 'policyName' failed to satisfy constraint: Member must not be null",
    ],
    ['with a name of nothing', { PolicyName: '' }, "Value '' at 'policyName'"],
    [
      'with a name that cannot be printed',
      { PolicyName: 'a\nb' },
      'Member must satisfy regular expression pattern: \\p{Print}+',
    ],
    ['with too long a name', { PolicyName: 'x'.repeat(257) }, 'Member must have length less than or equal to 256'],
    [
      'for another service',
      { ServiceNamespace: 'ecs' },
      'Unsupported service namespace, resource type or scalable dimension',
    ],
  ])('%s', async (_, input, message) => {
    await expect(putPolicy(host, input)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message) as string,
      $metadata: { httpStatusCode: 400 },
    });
    await expectNothing();
  });

  it('without a scalable target', async () => {
    await expect(putPolicy(host, variantOf('none'))).rejects.toMatchObject({
      name: 'ObjectNotFoundException',
      message:
        'No scalable target registered for service namespace: sagemaker, resource ID: endpoint/none/variant/main, ' +
        'scalable dimension: sagemaker:variant:DesiredInstanceCount',
    });
    await expectNothing();
  });
});

const SINGLE = BACKLOG_TRACKING.CustomizedMetricSpecification;
const STAT = { Metric: { MetricName: 'm', Namespace: 'n' }, Stat: 'Average' };
const customized = (specification: CustomizedMetricSpecification) => ({
  CustomizedMetricSpecification: specification,
});
const predefined = (type: string, label?: string) => ({
  CustomizedMetricSpecification: undefined,
  PredefinedMetricSpecification: {
    PredefinedMetricType: type as 'SageMakerVariantInvocationsPerInstance',
    ResourceLabel: label,
  },
});

describe('a target-tracking configuration is refused', () => {
  it.each<readonly [string, Partial<TargetTrackingScalingPolicyConfiguration>, string]>([
    [
      'without a target',
      { TargetValue: undefined },
      "at 'targetTrackingScalingPolicyConfiguration.targetValue' failed to satisfy constraint: Member must not be null",
    ],
    ['with a target of zero', { TargetValue: 0 }, 'Member must have value greater than or equal to 8.51592e-109'],
    ['with too large a target', { TargetValue: 1e109 }, 'Member must have value less than or equal to 1.174271e+108'],
    [
      'with a negative cooldown',
      { ScaleInCooldown: -1 },
      "Value '-1' at 'targetTrackingScalingPolicyConfiguration.scaleInCooldown'",
    ],
    [
      'without a metric',
      { CustomizedMetricSpecification: undefined },
      'PredefinedMetricSpecification or CustomizedMetricSpecification must be set for target tracking scaling.',
    ],
    [
      'with two metrics',
      { PredefinedMetricSpecification: { PredefinedMetricType: 'SageMakerVariantInvocationsPerInstance' } },
      'Only one of PredefinedMetricSpecification or CustomizedMetricSpecification can be set for target tracking scaling.',
    ],
    [
      'with the metric of another service',
      predefined('ECSServiceAverageCPUUtilization'),
      'Scalable dimension sagemaker:variant:DesiredInstanceCount only supports the following predefined metric types: SageMakerVariantInvocationsPerInstance',
    ],
    [
      'with a load balancer',
      predefined('SageMakerVariantInvocationsPerInstance', 'app/x/y'),
      'Resource label should not be specified for predefined metric type SageMakerVariantInvocationsPerInstance',
    ],
    [
      'without the name of its metric',
      customized({ ...SINGLE, MetricName: undefined }),
      'The customized metric specification is not valid.',
    ],
    [
      'without a statistic',
      customized({ ...SINGLE, Statistic: undefined }),
      'The customized metric specification is not valid.',
    ],
    [
      'for a metric that SageMaker has not',
      customized({ ...SINGLE, MetricName: 'TimeToProcess' }),
      'The metric TimeToProcess is not known in the namespace AWS/SageMaker',
    ],
    [
      'with an unknown unit',
      customized({ ...SINGLE, Unit: 'Parsecs' }),
      "at 'targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.unit'",
    ],
    [
      'with a dimension twice',
      customized({
        ...SINGLE,
        Dimensions: [
          { Name: 'a', Value: '1' },
          { Name: 'a', Value: '2' },
        ],
      }),
      'Member must not name a dimension twice',
    ],
    [
      'with one metric and many',
      customized({ ...SINGLE, Metrics: [{ Id: 'm', MetricStat: STAT }] }),
      'The customized metric specification is not valid.',
    ],
    ['with no metrics', customized({ Metrics: [] }), 'Member must have length greater than or equal to 1'],
    [
      'with an element that is nothing',
      customized({ Metrics: [{ Id: 'm' }] }),
      'Exactly one of Expression and MetricStat must be there',
    ],
    [
      'with an element that is two things',
      customized({ Metrics: [{ Id: 'm', MetricStat: STAT, Expression: '1' }] }),
      'Exactly one of Expression and MetricStat must be there',
    ],
    [
      'with an id twice',
      customized({
        Metrics: [
          { Id: 'm', MetricStat: STAT },
          { Id: 'm', MetricStat: STAT, ReturnData: false },
        ],
      }),
      "The id 'm' stands for more than one element",
    ],
    ['with a bad id', customized({ Metrics: [{ Id: 'M', MetricStat: STAT }] }), "The id 'M' is not valid"],
    [
      'where two elements return data',
      customized({
        Metrics: [
          { Id: 'm', MetricStat: STAT },
          { Id: 'e', Expression: 'm * 2' },
        ],
      }),
      'Exactly one element of the Metrics list must return data',
    ],
    [
      'where no element returns data',
      customized({ Metrics: [{ Id: 'm', MetricStat: STAT, ReturnData: false }] }),
      'Exactly one element of the Metrics list must return data',
    ],
    ['with a bad expression', customized({ Metrics: [{ Id: 'e', Expression: 'm1 +' }] }), "Error in expression 'e'"],
    [
      'with a percentile',
      customized({ Metrics: [{ Id: 'm', MetricStat: { ...STAT, Stat: 'p90' } }] }),
      "Value 'p90' at 'targetTrackingScalingPolicyConfiguration.customizedMetricSpecification.metrics.1.member.metricStat.stat'",
    ],
  ])('%s', async (_, differences, message) => {
    const configuration = { ...BACKLOG_TRACKING, ...differences } as TargetTrackingScalingPolicyConfiguration;
    await expect(putPolicy(host, { TargetTrackingScalingPolicyConfiguration: configuration })).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message) as string,
    });
    await expectNothing();
  });
});
