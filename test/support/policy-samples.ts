import { backlogMetric } from '../../libs/core/metric/endpoint-metrics.js';
import { decide } from '../../libs/core/scaling/scaling-decision.js';
import type { AlarmReading, PolicyReading, ScalingObservation } from '../../libs/core/scaling/scaling-observation.js';
import type {
  ScalingPolicy,
  StepAdjustment,
  StepScaling,
  TargetTracking,
} from '../../libs/core/scaling/scaling-policy.js';
import { bounds, observation } from './scaling-samples.js';

/** A capacity that is decided on, and the reasons why it is no other. */
type Outcome = readonly [desired: number, ...codes: string[]];

/** What is seen, what the policies' alarms say, and what comes of it. */
export type PolicyRow = readonly [
  sentence: string,
  seen: Partial<ScalingObservation>,
  readings: readonly PolicyReading[],
  expected: Outcome,
];

/** What comes of it, with a maximum of fifty where nothing is said of the bounds. */
export function outcomeOf(seen: Partial<ScalingObservation>, readings: readonly PolicyReading[]): Outcome {
  const { desired, notScaledReasons } = decide(observation({ bounds: bounds(0, 50), ...seen }), readings);
  return [desired, ...notScaledReasons.map(({ code }) => code)];
}

/** Keeps five in the backlog for each instance, as AWS's own recipe does, except for what is said. */
export function trackingPolicy(name = 'tracking', of: Partial<TargetTracking> = {}): ScalingPolicy {
  return policyOf(name, {
    kind: 'TargetTrackingScaling',
    targetValue: 5,
    metric: {
      kind: 'customized',
      metric: backlogMetric('ApproximateBacklogSizePerInstance', 'ocr'),
      statistic: 'Average',
    },
    scaleOutCooldownMs: 300_000,
    scaleInCooldownMs: 300_000,
    disableScaleIn: false,
    ...of,
  });
}

/** Adds one instance, whatever the breach above its alarm, except for what is said. */
export function stepPolicy(
  name = 'steps',
  steps: readonly StepAdjustment[] = [{ lowerBound: 0, adjustment: 1 }],
  of: Partial<StepScaling> = {},
): ScalingPolicy {
  return policyOf(name, {
    kind: 'StepScaling',
    adjustmentType: 'ChangeInCapacity',
    steps,
    cooldownMs: 300_000,
    aggregation: 'Average',
    ...of,
  });
}

/** An alarm above its threshold that acts now. */
export function highAlarm(value: number | undefined, of: Partial<AlarmReading> = {}): AlarmReading {
  return {
    alarmName: 'high',
    state: 'ALARM',
    comparison: 'GreaterThanThreshold',
    threshold: 5,
    value,
    isDue: true,
    ...of,
  };
}

/** An alarm below its threshold that acts now. */
export function lowAlarm(value: number | undefined, of: Partial<AlarmReading> = {}): AlarmReading {
  return highAlarm(value, { alarmName: 'low', comparison: 'LessThanThreshold', threshold: 4.5, ...of });
}

export function reading(policy: ScalingPolicy, ...alarms: AlarmReading[]): PolicyReading {
  return { policy, alarms };
}

function policyOf(name: string, rule: ScalingPolicy['rule']): ScalingPolicy {
  return { id: name, name, endpointName: 'ocr', variantName: 'main', rule, alarmNames: [], createdAt: 0 };
}
