import { type Place, endpointArn, endpointConfigArn } from '../../core/arn.js';
import { type EndpointConfig, endpointConfigKey } from '../../core/endpoint/endpoint-config.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import type { World } from '../world.js';

type CatalogWorld = Pick<World, 'catalog' | 'place'>;

/** Returns the endpoint config of that name, in any case, or raises `EndpointConfigNotFound`. */
export async function findEndpointConfig(
  world: CatalogWorld,
  name: string,
  signal?: AbortSignal,
): Promise<EndpointConfig> {
  return (
    (await world.catalog.endpointConfigs.get(endpointConfigKey(name), signal)) ??
    missingEndpointConfig(world.place, name)
  );
}

/** Returns the endpoint of that name, in any case, or raises `EndpointNotFound`. */
export async function findEndpoint(world: CatalogWorld, name: string, signal?: AbortSignal): Promise<Endpoint> {
  return (await world.catalog.endpoints.get(endpointKey(name), signal)) ?? missingEndpoint(world.place, name);
}

/**
 * Raises the error for an endpoint config that does not exist. Clients recognise "not found" by how the sentence
 * begins.
 */
export function missingEndpointConfig(place: Place, name: string): never {
  const arn = endpointConfigArn(place, name);
  throw new EbbError('EndpointConfigNotFound', `Could not find endpoint configuration "${arn}".`);
}

/** Raises the error for an endpoint that does not exist. Clients recognise "not found" by how the sentence begins. */
export function missingEndpoint(place: Place, name: string): never {
  throw new EbbError('EndpointNotFound', `Could not find endpoint "${endpointArn(place, name)}".`);
}
