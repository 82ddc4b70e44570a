import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { scalingPolicyKey } from '../../core/scaling/scaling-policy.js';
import { forgetScalingPolicy } from './forget-scalable-target.js';
import type { World } from '../world.js';
import { type Variant, describeTarget } from './registered-target.js';

/**
 * Deletes a scaling policy and the alarms of its target tracking. A user's alarm that names the policy stays and loses
 * that action. Raises `ScalingPolicyNotFound`.
 */
export async function deleteScalingPolicy(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  { endpointName, variantName }: Variant,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const policy = await world.catalog.scalingPolicies.get(scalingPolicyKey(endpointName, variantName, name), signal);
  if (!policy) {
    const target = describeTarget(scalableTargetKey(endpointName, variantName));
    throw new EbbError('ScalingPolicyNotFound', `No scaling policy found for ${target}, policy name: ${name}`);
  }
  await forgetScalingPolicy(world, policy, signal);
  world.signals.notify({ kind: 'endpoint', endpointName });
}
