import type { AlarmSettings } from '../core/alarm/alarm.js';
import { scalingPolicyArn } from '../core/arn.js';
import { backlogGauges } from '../core/metric/endpoint-metrics.js';
import { scalableTargetKey } from '../core/scaling/scalable-target.js';
import type { PolicyReading } from '../core/scaling/scaling-observation.js';
import type { ScalingPolicy } from '../core/scaling/scaling-policy.js';
import { trackingAlarms } from '../core/scaling/tracking-alarms.js';
import type { Situation } from './decider.js';
import { type AlarmTiming, SimulatedAlarm } from './simulated-alarm.js';

/**
 * The time between two samples of the gauges by Ebb's meter, and the shortest time between two looks of its alarm
 * watch.
 */
export const SAMPLE_MS = 1_000;

const NOWHERE = { accountId: '000000000000', region: 'us-east-1' };

/** Scaling policies with the alarms that trigger them. */
export interface PolicySet extends AlarmTiming {
  readonly policies: readonly ScalingPolicy[];
  /** The alarms of users; the alarms of target tracking are made here. */
  readonly alarms: readonly AlarmSettings[];
  /** Whether only the policies wake the variant, as on AWS. Ebb itself wakes a backlog that they leave waiting. */
  readonly isWokenByPoliciesOnly?: boolean;
}

/** Returns the ARN by which an alarm's action names a policy. */
export function policyArn({ id, endpointName, variantName, name }: ScalingPolicy): string {
  return scalingPolicyArn(NOWHERE, id, scalableTargetKey(endpointName, variantName), name);
}

/** Evaluates the alarms of scaling policies on the metrics of the simulated variant, as Ebb's alarm watch does. */
export class PolicyAlarms {
  private readonly alarms: SimulatedAlarm[];

  constructor(private readonly set: PolicySet) {
    const made = set.policies.flatMap((policy) =>
      policy.rule.kind === 'TargetTrackingScaling' ? trackingAlarms(policy, policy.rule, policyArn(policy)) : [],
    );
    this.alarms = [...made, ...set.alarms].map((settings) => new SimulatedAlarm(settings, set));
  }

  /** Must be called at each sample. Judges the measurements until now, then adds those of now. */
  tick({ backlog, inService, now }: Situation): void {
    const gauges = backlogGauges(backlog, inService, now);
    for (const alarm of this.alarms) {
      alarm.evaluate(now);
      alarm.measure(gauges, now);
    }
  }

  /** Returns the readings of all policies. Each due action is returned once. */
  take(): PolicyReading[] {
    return this.set.policies.map((policy) => ({
      policy,
      alarms: this.alarms.flatMap((alarm) => alarm.take(policy) ?? []),
    }));
  }
}
