import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { EbbError } from '../../core/errors.js';
import { type CapacityBounds, capacityBounds, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { checkAllowed } from '../endpoint/check-allowed.js';
import { chooseVariant } from './choose-variant.js';
import { missingEndpoint } from '../endpoint/find-endpoint.js';
import type { World } from '../world.js';

/** A request to bring a variant to a number of instances now. */
export interface WakeRequest {
  readonly endpointName: string;
  /** May be absent if the endpoint has only one variant. */
  readonly variantName?: string;
  /** The least number of instances; 1 by default. */
  readonly instances?: number;
  /** The operator who asks, in the words that the cause of the scaling activity uses. */
  readonly by: string;
}

/**
 * Orders a variant to scale to at least `instances` now, regardless of its backlog and its policies. The autoscaler's
 * loop carries the order out and records who gave it. Afterwards the instances are kept and ended as usual. Raises
 * `EndpointNotFound`, `ChangeInProgress` and `EndpointNotReady` while the endpoint is not in service, and
 * `InvalidRequest` beyond its maximum.
 */
export async function wakeEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  request: WakeRequest,
  signal?: AbortSignal,
): Promise<{ readonly variantName: string; readonly instances: number }> {
  const { catalog, clock, place, signals } = world;
  const { by, endpointName, instances = 1 } = request;
  const key = endpointKey(endpointName);
  const found = (await catalog.endpoints.get(key, signal)) ?? missingEndpoint(place, endpointName);
  checkAllowed(world, found, 'change weights');
  const variant = chooseVariant(found, request.variantName);
  const target = await catalog.scalableTargets.get(scalableTargetKey(found.name, variant.name), signal);
  checkBounds(variant, capacityBounds(variant, target), instances);
  await catalog.endpoints.update(
    key,
    (current): Endpoint => {
      checkAllowed(world, current, 'change weights');
      const order = { instances, by, at: clock.now() };
      const ordered = (each: DeployedVariant): DeployedVariant =>
        each.name === variant.name ? { ...each, wakeOrder: order } : each;
      return { ...current, variants: current.variants.map(ordered) };
    },
    signal,
  );
  signals.notify({ kind: 'endpoint', endpointName: found.name });
  return { variantName: variant.name, instances };
}

function checkBounds({ name }: DeployedVariant, { maximum, source }: CapacityBounds, instances: number): void {
  if (instances <= maximum) return;
  const limit = source === 'desired instance count' ? 'the instance count that was set' : 'the maximum capacity';
  throw new EbbError('InvalidRequest', `instances must be at most ${maximum}, ${limit} of variant "${name}".`);
}
