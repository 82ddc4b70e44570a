import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { capacityBounds, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { estimatedStart } from '../../core/situation/start-estimate.js';
import { estimatesOf } from '../../core/learning/variant-history.js';
import type { InstanceStatus } from '../instance/instance-view.js';
import type { World } from '../world.js';

/** Where a queued invocation stands, and about when it is going to start where there is history to tell from. */
export interface QueueOutlook {
  readonly position?: number;
  readonly estimatedStartAt?: number;
}

/** Of an invocation that does not wait, nothing. */
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
