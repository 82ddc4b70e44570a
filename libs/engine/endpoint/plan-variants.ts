import { undeployable } from '../../core/deployment/deployable.js';
import { type EndpointConfig, slotsPerInstance } from '../../core/endpoint/endpoint-config.js';
import type { DeployedVariant, ProductionVariant } from '../../core/endpoint/variant.js';
import { EbbError } from '../../core/errors.js';
import type { Model } from '../../core/model/model.js';
import { findModel } from '../model/find-model.js';
import type { World } from '../world.js';

/**
 * Returns the variants of a config as one deployment has them, with copies of their models. Raises `ModelNotFound`, and
 * `InvalidRequest` for a config that Ebb cannot deploy yet or that needs more than this machine has.
 */
export async function planVariants(
  world: Pick<World, 'catalog' | 'instances' | 'place'>,
  config: EndpointConfig,
  deploymentId: string,
  signal?: AbortSignal,
): Promise<DeployedVariant[]> {
  const models = await Promise.all(config.variants.map(({ modelName }) => findModel(world, modelName, signal)));
  const problem = undeployable(config, models);
  if (problem !== undefined) throw new EbbError('InvalidRequest', problem);
  for (const { instanceType } of config.variants) await world.instances.admit(instanceType, signal);
  return config.variants.map((variant, index) => deployedVariant(config, variant, models[index]!, deploymentId));
}

/** Returns a variant of a config as one deployment has it. */
export function deployedVariant(
  config: Omit<EndpointConfig, 'createdAt'>,
  variant: ProductionVariant,
  { container, enableNetworkIsolation }: Omit<Model, 'createdAt'>,
  deploymentId: string,
): DeployedVariant {
  return {
    ...variant,
    deploymentId,
    container,
    slots: slotsPerInstance(config.asyncInference),
    isNetworkIsolated: enableNetworkIsolation || config.enableNetworkIsolation,
    desiredInstanceCount: variant.initialInstanceCount,
    desiredWeight: variant.initialVariantWeight,
  };
}
