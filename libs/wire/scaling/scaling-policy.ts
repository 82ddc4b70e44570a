import type { Alarm } from '../../core/alarm/alarm.js';
import { type Place, alarmArn, scalingPolicyArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { ScalingPolicy, StepScaling, TargetTracking } from '../../core/scaling/scaling-policy.js';
import { toTimestamp } from '../aws/aws-json.js';
import type { TextRule } from '../aws/constraints.js';
import { Members } from '../aws/members.js';
import { type Paging, readPaging } from './page.js';
import { type VariantResource, readResource, readResourceFilter, writeResource } from './resource.js';
import { readStepScaling, stepScalingOf, writeStepScaling } from './step-scaling.js';
import { readTargetTracking, targetTrackingOf, writeTargetTracking } from './target-tracking.js';

const POLICY_NAME: TextRule = { min: 1, max: 256, pattern: /^[\x20-\x7e]+$/, patternText: '\\p{Print}+' };
const POLICY_TYPES = ['StepScaling', 'TargetTrackingScaling', 'PredictiveScaling'] as const;
const MAX_NAMES = 50;
const LARGEST_PAGE = 10;

/** Reads `PutScalingPolicy`; `rule` is absent without a configuration. */
export function readPutScalingPolicy(
  body: Readonly<Record<string, unknown>>,
): VariantResource & { name: string; type?: ScalingPolicy['rule']['kind']; rule?: TargetTracking | StepScaling } {
  const { type, step, tracking, isPredictive, ...policy } = Members.read(body, (request) => {
    const stepConfiguration = request.structure('StepScalingPolicyConfiguration');
    const trackingConfiguration = request.structure('TargetTrackingScalingPolicyConfiguration');
    return {
      ...readResource(request),
      name: request.requiredText('PolicyName', POLICY_NAME),
      type: request.text('PolicyType', { oneOf: POLICY_TYPES }) as (typeof POLICY_TYPES)[number] | undefined,
      step: stepConfiguration && readStepScaling(stepConfiguration),
      tracking: trackingConfiguration && readTargetTracking(trackingConfiguration),
      isPredictive: request.has('PredictiveScalingPolicyConfiguration'),
    };
  });
  if (type === 'PredictiveScaling' || isPredictive) throw notPredictive();
  if (step && tracking) {
    throw new EbbError(
      'InvalidRequest',
      'You must only provide a single scaling policy configuration, which must match the scaling policy type specified.',
    );
  }
  const kind = step ? 'StepScaling' : tracking ? 'TargetTrackingScaling' : undefined;
  if (type && kind && type !== kind) {
    throw new EbbError('InvalidRequest', `${type} policy configuration must be specified`);
  }
  const rule = step ? stepScalingOf(step) : tracking && targetTrackingOf(tracking);
  return { ...policy, type, rule };
}

/** Returns the refusal of predictive scaling: Ebb makes no forecasts. */
export function notPredictive(): EbbError {
  return new EbbError('InvalidRequest', 'Predictive scaling is not supported by Ebb.');
}

/** Reads `DeleteScalingPolicy`. */
export function readDeleteScalingPolicy(body: Readonly<Record<string, unknown>>): VariantResource & { name: string } {
  return Members.read(body, (request) => ({
    ...readResource(request),
    name: request.requiredText('PolicyName', { min: 1, max: 1600 }),
  }));
}

/** Reads `DescribeScalingPolicies`; an empty list of names means every policy. */
export function readDescribeScalingPolicies(
  body: Readonly<Record<string, unknown>>,
): Paging & Partial<VariantResource> & { names: readonly string[] } {
  return Members.read(body, (request) => ({
    ...readResourceFilter(request),
    ...readPaging(request, LARGEST_PAGE),
    names: request.texts('PolicyNames', { min: 1, max: 1600 }, { max: MAX_NAMES }),
  }));
}

/** Returns the ARN of a scaling policy. */
export function policyArn({ id, endpointName, variantName, name }: ScalingPolicy, place: Place): string {
  return scalingPolicyArn(place, id, scalableTargetKey(endpointName, variantName), name);
}

/** Writes alarms by their names and ARNs. */
export function writeAlarmNames(names: readonly string[], place: Place): object[] {
  return names.map((name) => ({ AlarmName: name, AlarmARN: alarmArn(place, name) }));
}

/** Writes a scaling policy. `alarms` are the alarms that the policy made, and alarms of users that trigger it. */
export function writeScalingPolicy(policy: ScalingPolicy, alarms: readonly Alarm[], place: Place): object {
  const { name, rule, createdAt } = policy;
  return {
    PolicyARN: policyArn(policy, place),
    PolicyName: name,
    ...writeResource(policy),
    PolicyType: rule.kind,
    StepScalingPolicyConfiguration: rule.kind === 'StepScaling' ? writeStepScaling(rule) : undefined,
    TargetTrackingScalingPolicyConfiguration:
      rule.kind === 'TargetTrackingScaling' ? writeTargetTracking(rule) : undefined,
    Alarms: writeAlarmNames(
      alarms.map((alarm) => alarm.name),
      place,
    ),
    CreationTime: toTimestamp(createdAt),
  };
}
