import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { checkAllowed } from './check-allowed.js';
import { forgetScalableTargets } from '../scaling/forget-scalable-target.js';
import { missingEndpoint } from './find-endpoint.js';
import type { World } from '../world.js';

/**
 * Marks an endpoint as Deleting, so that it accepts no more invocations, and returns at once. The autoscaler's loop
 * ends its instances and then removes it. Raises `EndpointNotFound`, and `ChangeInProgress` while the endpoint is being
 * created, changed or deleted.
 */
export async function deleteEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const { catalog, clock, place, signals } = world;
  const endpoint = await catalog.endpoints.update(
    endpointKey(name),
    (current): Endpoint => {
      checkAllowed(world, current, 'delete');
      return { ...current, status: 'Deleting', modifiedAt: clock.now() };
    },
    signal,
  );
  if (!endpoint) missingEndpoint(place, name);
  await forgetScalableTargets(world, endpoint.name);
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
}
