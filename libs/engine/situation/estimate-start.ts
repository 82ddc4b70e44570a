import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { capacityBounds, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { estimatedStart } from '../../core/situation/start-estimate.js';
import { estimatesOf } from '../../core/learning/variant-history.js';
import type { InstanceStatus } from '../instance/instance-view.js';
import type { World } from '../world.js';

/**
 * The queue position of a waiting invocation, and an estimate of when it starts, if there is history to estimate from.
 */
export interface QueueOutlook {
  readonly position?: number;
  readonly estimatedStartAt?: number;
}

/** Estimates when an invocation starts; returns an empty outlook if it does not wait. */
export async function estimateStart(
  { catalog, clock, invocations }: Pick<World, 'catalog' | 'clock' | 'invocations'>,
  instances: InstanceStatus,
  { endpointName, id, state }: Invocation,
): Promise<QueueOutlook> {
  const position = state === 'Queued' ? await invocations.position(id) : undefined;
  if (position === undefined) return {};
  const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
  const variant = endpoint?.variants.toSorted((a, b) => b.desiredWeight - a.desiredWeight)[0];
  if (!variant || isPaused(endpoint, 'dispatch')) return { position };
  const key = scalableTargetKey(endpointName, variant.name);
  const [target, history] = await Promise.all([catalog.scalableTargets.get(key), catalog.variantHistories.get(key)]);
  if (!history) return { position };
  const now = clock.now();
  const estimatedStartAt = estimatedStart({
    now,
    position,
    instances: instances.instances(endpointName, variant.name),
    slots: variant.slots,
    maximum: capacityBounds(variant, target).maximum,
    estimates: estimatesOf(history, 0, now),
  });
  return { position, ...(estimatedStartAt !== undefined && { estimatedStartAt }) };
}
