import type { AlarmSettings, AlarmSource } from '../alarm/alarm.js';
import { SAGEMAKER_NAMESPACE } from '../metric/endpoint-metrics.js';
import { metricKey } from '../metric/metric.js';
import { scalableTargetKey } from './scalable-target.js';
import type { ScalingPolicy, TargetTracking, TrackedMetric } from './scaling-policy.js';
import {
  HIGH_ALARM_PERIODS,
  LOW_ALARM_PERIODS,
  LOW_ALARM_SHARE,
  TRACKING_ALARM_PERIOD_SECONDS,
} from './target-tracking.js';

type TrackedVariant = Pick<ScalingPolicy, 'endpointName' | 'variantName'>;

/**
 * Returns the name of a new alarm of a target-tracking policy. The policy scales out when the high alarm is in ALARM,
 * and in when the low one is.
 */
export function trackingAlarmName(
  side: 'High' | 'Low',
  { endpointName, variantName }: TrackedVariant,
  id: string,
): string {
  return `TargetTracking-${scalableTargetKey(endpointName, variantName)}-Alarm${side}-${id}`;
}

/**
 * Returns the alarms of a target-tracking policy, in the order of its `alarmNames`: one above its target and, unless it
 * never scales in, one a little below.
 */
export function trackingAlarms(
  policy: TrackedVariant & Pick<ScalingPolicy, 'alarmNames'>,
  rule: TargetTracking,
  policyArn: string,
): AlarmSettings[] {
  const [high, low] = policy.alarmNames;
  const shared = {
    description: `DO NOT EDIT OR DELETE. For TargetTrackingScaling policy ${policyArn}.`,
    source: trackedSource(rule.metric, policy),
    periodSeconds: TRACKING_ALARM_PERIOD_SECONDS,
    treatMissingData: 'missing',
    actionsEnabled: true,
    okActions: [],
    alarmActions: [policyArn],
    insufficientDataActions: [],
  } as const;
  const alarms: AlarmSettings[] = [];
  if (high !== undefined) {
    alarms.push({
      ...shared,
      name: high,
      evaluationPeriods: HIGH_ALARM_PERIODS,
      threshold: rule.targetValue,
      comparison: 'GreaterThanThreshold',
    });
  }
  if (low !== undefined && !rule.disableScaleIn) {
    alarms.push({
      ...shared,
      name: low,
      evaluationPeriods: LOW_ALARM_PERIODS,
      threshold: lowThreshold(rule.targetValue),
      comparison: 'LessThanThreshold',
    });
  }
  return alarms;
}

/** Returns a key for a metric that a policy may track. There may be only one target-tracking policy for each metric. */
export function trackedMetricKey(metric: TrackedMetric): string {
  switch (metric.kind) {
    case 'predefined':
      return `${metric.kind} ${metric.type} ${metric.resourceLabel ?? ''}`;
    case 'customized':
      return `${metric.kind} ${metric.statistic} ${metricKey(metric.metric)}`;
    case 'queries':
      return `${metric.kind} ${JSON.stringify(metric.queries)}`;
  }
}

function trackedSource(metric: TrackedMetric, { endpointName, variantName }: TrackedVariant): AlarmSource {
  switch (metric.kind) {
    case 'predefined':
      // SageMakerVariantInvocationsPerInstance, the only predefined metric for instances of a variant.
      return {
        kind: 'metric',
        metric: {
          namespace: SAGEMAKER_NAMESPACE,
          name: 'InvocationsPerInstance',
          dimensions: { EndpointName: endpointName, VariantName: variantName },
        },
        statistic: 'Sum',
      };
    case 'customized':
      return {
        kind: 'metric',
        metric: metric.metric,
        statistic: metric.statistic,
        ...(metric.unit !== undefined && { unit: metric.unit }),
      };
    case 'queries':
      return { kind: 'queries', queries: metric.queries };
  }
}

/** Returns the threshold without the rounding error of binary fractions: nine tenths of 3 are 2.7. */
function lowThreshold(targetValue: number): number {
  return Number((targetValue * LOW_ALARM_SHARE).toPrecision(15));
}
