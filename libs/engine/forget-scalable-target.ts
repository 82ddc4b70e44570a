import { EbbError } from '../core/errors.js';
import { type ScalableTarget, scalableTargetKey } from '../core/scalable-target.js';
import { type ScalingPolicy, scalingPolicyKey, scalingPolicyPrefix } from '../core/scaling-policy.js';
import { scheduledActionKey, scheduledActionPrefix } from '../core/scheduled-action.js';
import { eraseAlarm } from './alarm-records.js';
import { forgetPolicyActions } from './policy-alarms.js';
import type { World } from './world.js';

/** One variant that is, or could be, a scalable target. */
export interface Variant {
  readonly endpointName: string;
  readonly variantName: string;
}

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
  // The target first: from here on nothing is added to it.
  const target = await scalableTargets.delete(scalableTargetKey(endpointName, variantName), signal);
  for (const { name } of await scheduledActions.under(scheduledActionPrefix(endpointName, variantName), signal)) {
    await scheduledActions.delete(scheduledActionKey(endpointName, variantName, name), signal);
  }
  for (const policy of await scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName), signal)) {
    await forgetScalingPolicy(world, policy, signal);
  }
  return target;
}

/** Removes a policy: the alarms that it made go with it, those of users only lose their action. */
export async function forgetScalingPolicy(
  world: ForgettingWorld,
  policy: ScalingPolicy,
  signal?: AbortSignal,
): Promise<void> {
  for (const alarmName of policy.alarmNames) await eraseAlarm(world, alarmName, signal);
  await forgetPolicyActions(world, policy.id, signal);
  const key = scalingPolicyKey(policy.endpointName, policy.variantName, policy.name);
  await world.catalog.scalingPolicies.delete(key, signal);
}

/** Raises `ScalableTargetNotFound` where a variant is not registered. */
export async function checkRegistered(
  world: Pick<World, 'catalog'>,
  { endpointName, variantName }: Variant,
  signal?: AbortSignal,
): Promise<void> {
  const key = scalableTargetKey(endpointName, variantName);
  if (await world.catalog.scalableTargets.get(key, signal)) return;
  throw new EbbError('ScalableTargetNotFound', `No scalable target registered for ${describeTarget(key)}`);
}

/**
 * Called after something was added to a target: where the target was deregistered in the meantime, what was added goes
 * as well, and `ScalableTargetNotFound` is raised.
 */
export async function checkStillRegistered(
  world: ForgettingWorld,
  variant: Variant,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await checkRegistered(world, variant, signal);
  } catch (error) {
    await forgetScalableTarget(world, variant, signal);
    throw error;
  }
}

/** A scalable target in AWS's errors. */
export function describeTarget(resourceId: string): string {
  return (
    `service namespace: sagemaker, resource ID: ${resourceId}, ` +
    'scalable dimension: sagemaker:variant:DesiredInstanceCount'
  );
}
