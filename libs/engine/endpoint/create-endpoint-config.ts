import { endpointConfigArn } from '../../core/arn.js';
import { type EndpointConfig, endpointConfigKey } from '../../core/endpoint/endpoint-config.js';
import { EbbError } from '../../core/errors.js';
import { findModel } from '../model/find-model.js';
import type { World } from '../world.js';

/** Records an endpoint config. Raises `ModelNotFound` if a model does not exist, and `AlreadyExists`. */
export async function createEndpointConfig(
  world: Pick<World, 'catalog' | 'clock' | 'place'>,
  definition: Omit<EndpointConfig, 'createdAt'>,
  signal?: AbortSignal,
): Promise<EndpointConfig> {
  for (const variant of definition.variants) await findModel(world, variant.modelName, signal);
  const config = { ...definition, createdAt: world.clock.now() };
  if (await world.catalog.endpointConfigs.create(endpointConfigKey(config.name), config, signal)) return config;
  const arn = endpointConfigArn(world.place, config.name);
  throw new EbbError('AlreadyExists', `Cannot create already existing endpoint configuration "${arn}".`);
}
