import { EbbError } from '../../core/errors.js';
import type { InstanceDetail } from '../../core/instance/instance.js';
import type { InstanceControl } from '../instance/instance-view.js';
import { findEndpoint } from '../endpoint/find-endpoint.js';
import type { World } from '../world.js';

/**
 * Drains one instance: it takes no more invocations, finishes the running ones and ends. The autoscaler replaces it if
 * it is needed. Draining it again changes nothing. Raises `EndpointNotFound` and `InstanceNotFound`.
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
  world.log.info('An operator drains an instance; it ends when its invocations are done', {
    endpoint: endpoint.name,
    instanceId,
    by,
  });
  return drained;
}
