import type { AlarmSettings } from '../core/alarm/alarm.js';
import { scalingPolicyArn } from '../core/arn.js';
import { backlogGauges } from '../core/metric/endpoint-metrics.js';
import { scalableTargetKey } from '../core/scaling/scalable-target.js';
import type { PolicyReading } from '../core/scaling/scaling-observation.js';
import type { ScalingPolicy } from '../core/scaling/scaling-policy.js';
import { trackingAlarms } from '../core/scaling/tracking-alarms.js';
import type { Situation } from './decider.js';
import { type AlarmTiming, SimulatedAlarm } from './simulated-alarm.js';

/** Ebb's meter samples its gauges so often, and its alarm watch looks no more often either. */
export const SAMPLE_MS = 1_000;

const NOWHERE = { accountId: '000000000000', region: 'us-east-1' };

/** Scaling policies with the alarms that trigger them. */
export interface PolicySet extends AlarmTiming {
  readonly policies: readonly ScalingPolicy[];
  /** Those of users; the ones of target tracking are made here. */
  readonly alarms: readonly AlarmSettings[];
  /** Whether only the policies wake the variant, as with AWS; Ebb wakes a backlog that they leave alone. */
  readonly isWokenByPoliciesOnly?: boolean;
}

/** What an alarm's action on a policy says. */
export function policyArn({ id, endpointName, variantName, name }: ScalingPolicy): string {
  return scalingPolicyArn(NOWHERE, id, scalableTargetKey(endpointName, variantName), name);
}

/** Evaluates the alarms of scaling policies on what the simulated variant shows, as Ebb's alarm watch does. */
export class PolicyAlarms {
  private readonly alarms: SimulatedAlarm[];

  constructor(private readonly set: PolicySet) {
    const made = set.policies.flatMap((policy) =>
      policy.rule.kind === 'TargetTrackingScaling' ? trackingAlarms(policy, policy.rule, policyArn(policy)) : [],
    );
    this.alarms = [...made, ...set.alarms].map((settings) => new SimulatedAlarm(settings, set));
  }

  /** Called at each whole sample: what was measured until now is judged, then what is now is measured. */
  tick({ backlog, inService, now }: Situation): void {
    const gauges = backlogGauges(backlog, inService, now);
    for (const alarm of this.alarms) {
      alarm.evaluate(now);
      alarm.measure(gauges, now);
    }
  }

  /** An action that is due is handed out once. */
  take(): PolicyReading[] {
    return this.set.policies.map((policy) => ({
      policy,
      alarms: this.alarms.flatMap((alarm) => alarm.take(policy) ?? []),
    }));
  }
}
