import { type ScalableTarget, scalableTargetKey, scalableTargetPrefix } from '../../core/scaling/scalable-target.js';
import { type ScalingPolicy, scalingPolicyKey, scalingPolicyPrefix } from '../../core/scaling/scaling-policy.js';
import { scheduledActionKey, scheduledActionPrefix } from '../../core/scaling/scheduled-action.js';
import { eraseAlarm } from '../alarm/alarm-records.js';
import { forgetPolicyActions } from '../alarm/policy-alarms.js';
import type { World } from '../world.js';
import type { Variant } from './registered-target.js';

type ForgettingWorld = Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>;

/**
 * Removes a scalable target, its scheduled actions, and its policies with what they have to do with alarms; returns the
 * target if there was one. After a crash in between, calling again removes what is left.
 */
export async function forgetScalableTarget(
  world: ForgettingWorld,
  { endpointName, variantName }: Variant,
  signal?: AbortSignal,
): Promise<ScalableTarget | undefined> {
  const { scalableTargets, scalingPolicies, scheduledActions } = world.catalog;
  // The target first: what is added to it from here on is taken back by who added it.
  const target = await scalableTargets.delete(scalableTargetKey(endpointName, variantName), signal);
  for (const { name } of await scheduledActions.under(scheduledActionPrefix(endpointName, variantName), signal)) {
    await scheduledActions.delete(scheduledActionKey(endpointName, variantName, name), signal);
  }
  for (const policy of await scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName), signal)) {
    await forgetScalingPolicy(world, policy, signal);
  }
  return target;
}

/** Removes what scales the variants of an endpoint, but for those of `kept`, whatever of it a crash has left. */
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

/** Removes a policy with its alarms. */
export async function forgetScalingPolicy(
  world: ForgettingWorld,
  policy: ScalingPolicy,
  signal?: AbortSignal,
): Promise<void> {
  // Before, so that after a crash the policy is still there to be deleted again.
  await forgetPolicyAlarms(world, policy, signal);
  const key = scalingPolicyKey(policy.endpointName, policy.variantName, policy.name);
  await world.catalog.scalingPolicies.delete(key, signal);
  // After, because it may have been put again in the meantime.
  await forgetPolicyAlarms(world, policy, signal);
}

/** Deletes the alarms that a policy made; those of users only lose their action. */
export async function forgetPolicyAlarms(
  world: ForgettingWorld,
  policy: ScalingPolicy,
  signal?: AbortSignal,
): Promise<void> {
  for (const alarmName of policy.alarmNames) await eraseAlarm(world, alarmName, signal);
  await forgetPolicyActions(world, policy.id, signal);
}
