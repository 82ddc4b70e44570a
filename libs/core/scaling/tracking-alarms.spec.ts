import { describe, expect, it } from 'vitest';
import type { TargetTracking, TrackedMetric } from './scaling-policy.js';
import { trackedMetricKey, trackingAlarmName, trackingAlarms } from './tracking-alarms.js';

const ARN = 'arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:resource/x:policyName/p';
const VARIANT = { endpointName: 'OCR', variantName: 'main' };
const BACKLOG: TrackedMetric = {
  kind: 'customized',
  metric: {
    namespace: 'AWS/SageMaker',
    name: 'ApproximateBacklogSizePerInstance',
    dimensions: { EndpointName: 'OCR' },
  },
  statistic: 'Average',
};

function alarmsOf(rule: Partial<TargetTracking>, alarmNames = ['high', 'low']) {
  return trackingAlarms(
    { ...VARIANT, alarmNames },
    {
      kind: 'TargetTrackingScaling',
      targetValue: 5,
      metric: BACKLOG,
      scaleOutCooldownMs: 0,
      scaleInCooldownMs: 0,
      disableScaleIn: false,
      ...rule,
    },
    ARN,
  );
}

describe('the alarms of a target-tracking policy', () => {
  it('are named as AWS names them', () => {
    expect(trackingAlarmName('High', VARIANT, 'id')).toBe('TargetTracking-endpoint/OCR/variant/main-AlarmHigh-id');
    expect(trackingAlarmName('Low', VARIANT, 'id')).toBe('TargetTracking-endpoint/OCR/variant/main-AlarmLow-id');
  });

  it('stand above the target for three minutes and below it for fifteen', () => {
    const shared = {
      description: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${ARN}.`,
      source: { kind: 'metric', metric: BACKLOG.metric, statistic: 'Average' },
      periodSeconds: 60,
      treatMissingData: 'missing',
      actionsEnabled: true,
      okActions: [],
      alarmActions: [ARN],
      insufficientDataActions: [],
    };
    expect(alarmsOf({})).toEqual([
      { ...shared, name: 'high', evaluationPeriods: 3, threshold: 5, comparison: 'GreaterThanThreshold' },
      { ...shared, name: 'low', evaluationPeriods: 15, threshold: 4.5, comparison: 'LessThanThreshold' },
    ]);
  });

  it.each([
    [3, 2.7],
    [0.7, 0.63],
    [100, 90],
    [1e-100, 9e-101],
  ])('of a target of %f have the low threshold %f', (targetValue, threshold) => {
    expect(alarmsOf({ targetValue })[1]?.threshold).toBe(threshold);
  });

  it('are only the high one if the policy never scales in', () => {
    expect(alarmsOf({ disableScaleIn: true }).map(({ name }) => name)).toEqual(['high']);
  });

  it('watch the metric that the predefined metric stands for', () => {
    const [high] = alarmsOf({ metric: { kind: 'predefined', type: 'SageMakerVariantInvocationsPerInstance' } });
    expect(high?.source).toEqual({
      kind: 'metric',
      metric: {
        namespace: 'AWS/SageMaker',
        name: 'InvocationsPerInstance',
        dimensions: { EndpointName: 'OCR', VariantName: 'main' },
      },
      statistic: 'Sum',
    });
  });

  it('watch the unit and the expressions that the policy names', () => {
    expect(alarmsOf({ metric: { ...BACKLOG, unit: 'Count' } })[0]?.source).toMatchObject({ unit: 'Count' });
    const queries = [{ id: 'e', kind: 'expression', expression: 'm * 2', returnData: true }] as const;
    expect(alarmsOf({ metric: { kind: 'queries', queries } })[1]?.source).toEqual({ kind: 'queries', queries });
  });
});

function keyOf(dimensions: Record<string, string>, statistic: 'Average' | 'Sum' = 'Average'): string {
  return trackedMetricKey({ kind: 'customized', metric: { namespace: 'N', name: 'm', dimensions }, statistic });
}

it('tells tracked metrics apart by the measurement, not by the spelling', () => {
  expect(keyOf({ a: '1', b: '2' })).toBe(keyOf({ b: '2', a: '1' }));
  expect(keyOf({ a: '1' })).not.toBe(keyOf({ a: '2' }));
  expect(keyOf({ a: '1' })).not.toBe(keyOf({ a: '1' }, 'Sum'));
});
