import { type ScalableTarget, scalableTargetKey, scalableTargetPrefix } from '../../core/scaling/scalable-target.js';
import { type ScalingPolicy, scalingPolicyKey, scalingPolicyPrefix } from '../../core/scaling/scaling-policy.js';
import { scheduledActionKey, scheduledActionPrefix } from '../../core/scaling/scheduled-action.js';
import { eraseAlarm } from '../alarm/alarm-records.js';
import { forgetPolicyActions } from '../alarm/policy-alarms.js';
import type { World } from '../world.js';
import type { Variant } from './registered-target.js';

type ForgettingWorld = Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>;

/**
 * Removes a scalable target, its scheduled actions, its policies, their alarms, and their actions on users' alarms.
 * Returns the target if it existed. After a crash halfway, another call removes the rest.
 */
export async function forgetScalableTarget(
  world: ForgettingWorld,
  { endpointName, variantName }: Variant,
  signal?: AbortSignal,
): Promise<ScalableTarget | undefined> {
  const { scalableTargets, scalingPolicies, scheduledActions } = world.catalog;
  // The target goes first: from now on, each verb that adds something to it takes that back itself.
  const target = await scalableTargets.delete(scalableTargetKey(endpointName, variantName), signal);
  for (const { name } of await scheduledActions.under(scheduledActionPrefix(endpointName, variantName), signal)) {
    await scheduledActions.delete(scheduledActionKey(endpointName, variantName, name), signal);
  }
  for (const policy of await scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName), signal)) {
    await forgetScalingPolicy(world, policy, signal);
  }
  return target;
}

/**
 * Removes the scalable targets, policies and scheduled actions of an endpoint's variants, except the variants in
 * `kept`. Also removes records that a crash left without their target.
 */
export async function forgetScalableTargets(
  world: ForgettingWorld,
  endpointName: string,
  kept: readonly string[] = [],
): Promise<void> {
  const { scalableTargets, scalingPolicies, scheduledActions } = world.catalog;
  const prefix = scalableTargetPrefix(endpointName);
  const found = [
    await scalableTargets.under(prefix),
    await scalingPolicies.under(prefix),
    await scheduledActions.under(prefix),
  ];
  const variantNames = new Set(found.flat().map(({ variantName }) => variantName));
  for (const variantName of variantNames) {
    if (!kept.includes(variantName)) await forgetScalableTarget(world, { endpointName, variantName });
  }
}

/** Removes a scaling policy with its alarms. */
export async function forgetScalingPolicy(
  world: ForgettingWorld,
  policy: ScalingPolicy,
  signal?: AbortSignal,
): Promise<void> {
  // The alarms go first: after a crash the policy still exists and can be deleted again.
  await forgetPolicyAlarms(world, policy, signal);
  const key = scalingPolicyKey(policy.endpointName, policy.variantName, policy.name);
  await world.catalog.scalingPolicies.delete(key, signal);
  // They go again afterwards, because another call may have put the policy again meanwhile.
  await forgetPolicyAlarms(world, policy, signal);
}

/** Deletes the alarms that a policy made. Users' alarms only lose their action on the policy. */
export async function forgetPolicyAlarms(
  world: ForgettingWorld,
  policy: ScalingPolicy,
  signal?: AbortSignal,
): Promise<void> {
  for (const alarmName of policy.alarmNames) await eraseAlarm(world, alarmName, signal);
  await forgetPolicyActions(world, policy.id, signal);
}
