import { EbbError } from '../../core/errors.js';
import type { InstanceDetail } from '../../core/instance/instance.js';
import type { InstanceControl } from '../instance/instance-view.js';
import { findEndpoint } from '../endpoint/find-endpoint.js';
import type { World } from '../world.js';

/**
 * Takes one instance out: it takes no more, finishes what it runs and is gone then; the autoscaler replaces it where it is
 * needed. Doing so again changes nothing. Raises `EndpointNotFound` and `InstanceNotFound`.
 */
export async function drainInstance(
  world: Pick<World, 'catalog' | 'log' | 'place'>,
  instances: InstanceControl,
  request: { readonly endpointName: string; readonly instanceId: string; readonly by: string },
  signal?: AbortSignal,
): Promise<InstanceDetail> {
  const endpoint = await findEndpoint(world, request.endpointName, signal);
  const { by, instanceId } = request;
  const drained = instances.drainInstance(endpoint.name, instanceId);
  if (!drained) {
    throw new EbbError('InstanceNotFound', `There is no instance "${instanceId}" of endpoint "${endpoint.name}".`);
  }
  world.log.info('An operator has an instance drained', { endpoint: endpoint.name, instanceId, by });
  return drained;
}
