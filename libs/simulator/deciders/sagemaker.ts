import type { AlarmSettings } from '../../core/alarm/alarm.js';
import { backlogMetric } from '../../core/metric/endpoint-metrics.js';
import { DEFAULT_COOLDOWN_MS, type ScalingPolicy } from '../../core/scaling/scaling-policy.js';
import { trackingAlarmName } from '../../core/scaling/tracking-alarms.js';
import type { Decider, Look, Situation } from '../decider.js';
import { type PolicySet, policyArn } from '../policy-alarms.js';
import { EBB_DEFAULTS, EbbDecider } from './ebb.js';

const VARIANT = { endpointName: 'simulated', variantName: 'main' };
/** The target of AWS's guide: backlog per instance. */
const TARGET = 5;
/**
 * Practitioners see two to three minutes between a load and its metric; this is the most favourable reading of that.
 */
const METRIC_LAG_MS = 60_000;
const MINUTE_SECONDS = 60;

/**
 * SageMaker as AWS's guide to asynchronous inference sets it up. A step policy adds one instance at zero when there was
 * a backlog without capacity for two minutes. Target tracking keeps five in the backlog for each instance; it scales
 * out after three minutes and in after fifteen, with cooldowns of 300 s. Ebb's own policy code decides, at SageMaker's
 * pace.
 */
export class SageMakerDecider implements Decider {
  private readonly policies = new EbbDecider({ ...EBB_DEFAULTS, policySet: recipe() });

  isRousedBy(): boolean {
    return false;
  }

  look(situation: Situation): Look {
    return this.policies.look(situation);
  }
}

function recipe(): PolicySet {
  const tracking = trackingPolicy();
  const step: ScalingPolicy = {
    id: 'step',
    name: 'HasBacklogWithoutCapacity-ScalingPolicy',
    ...VARIANT,
    rule: {
      kind: 'StepScaling',
      adjustmentType: 'ChangeInCapacity',
      steps: [{ lowerBound: 0, adjustment: 1 }],
      cooldownMs: DEFAULT_COOLDOWN_MS,
      aggregation: 'Average',
    },
    alarmNames: [],
    createdAt: 0,
  };
  return {
    policies: [tracking, step],
    alarms: [hasBacklogAlarm(policyArn(step))],
    pace: 'aws',
    metricLagMs: METRIC_LAG_MS,
    isWokenByPoliciesOnly: true,
  };
}

function trackingPolicy(): ScalingPolicy {
  return {
    id: 'tracking',
    name: 'Invocations-ScalingPolicy',
    ...VARIANT,
    rule: {
      kind: 'TargetTrackingScaling',
      targetValue: TARGET,
      metric: {
        kind: 'customized',
        metric: backlogMetric('ApproximateBacklogSizePerInstance', VARIANT.endpointName),
        statistic: 'Average',
      },
      scaleOutCooldownMs: DEFAULT_COOLDOWN_MS,
      scaleInCooldownMs: DEFAULT_COOLDOWN_MS,
      disableScaleIn: false,
    },
    alarmNames: [trackingAlarmName('High', VARIANT, '1'), trackingAlarmName('Low', VARIANT, '2')],
    createdAt: 0,
  };
}

function hasBacklogAlarm(action: string): AlarmSettings {
  return {
    name: 'HasBacklogWithoutCapacity',
    source: {
      kind: 'metric',
      metric: backlogMetric('HasBacklogWithoutCapacity', VARIANT.endpointName),
      statistic: 'Average',
    },
    periodSeconds: MINUTE_SECONDS,
    evaluationPeriods: 2,
    datapointsToAlarm: 2,
    threshold: 1,
    comparison: 'GreaterThanOrEqualToThreshold',
    treatMissingData: 'missing',
    actionsEnabled: true,
    okActions: [],
    alarmActions: [action],
    insufficientDataActions: [],
  };
}
