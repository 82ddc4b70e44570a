import { endpointConfigKey } from '../../core/endpoint/endpoint-config.js';
import { missingEndpointConfig } from './find-endpoint.js';
import type { World } from '../world.js';

/**
 * Removes an endpoint config. Endpoints that were created from it keep their own copy. Raises `EndpointConfigNotFound`.
 */
export async function deleteEndpointConfig(
  world: Pick<World, 'catalog' | 'place'>,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  if (!(await world.catalog.endpointConfigs.delete(endpointConfigKey(name), signal)))
    missingEndpointConfig(world.place, name);
}
