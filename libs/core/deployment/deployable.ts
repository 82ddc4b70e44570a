import type { EndpointConfig } from '../endpoint/endpoint-config.js';
import type { ProductionVariant } from '../endpoint/variant.js';
import type { Model } from '../model/model.js';

type Config = Pick<EndpointConfig, 'name' | 'variants' | 'asyncInference' | 'kept'>;

/**
 * Returns why an asynchronous endpoint cannot be deployed from this config yet, in a sentence that names the member and
 * the rule; undefined if one can. `models` are the models that the variants name; a missing one is not reported.
 */
export function undeployable(config: Config, models: readonly Model[]): string | undefined {
  const problem =
    problemOfConfig(config) ??
    firstOf(config.variants, problemOfVariant) ??
    firstOf(config.variants, ({ name, modelName }) => {
      const model = models.find((candidate) => candidate.name.toLowerCase() === modelName.toLowerCase());
      return model && problemOfModel(model, name);
    });
  return problem && `Endpoint configuration "${config.name}" cannot be deployed by Ebb yet: ${problem}.`;
}

function problemOfConfig({ asyncInference, kept }: Config): string | undefined {
  if (!asyncInference) {
    return 'it has no AsyncInferenceConfig, and only asynchronous endpoints are supported, not real-time ones';
  }
  if (kept?.ShadowProductionVariants) {
    return 'it has ShadowProductionVariants, and shadow variants are not supported';
  }
  return undefined;
}

function problemOfVariant({ name, kept }: ProductionVariant): string | undefined {
  if (kept?.ServerlessConfig) {
    return `variant "${name}" has a ServerlessConfig, and asynchronous endpoints need instances`;
  }
  if (kept?.InstancePools) {
    return `variant "${name}" has InstancePools, and only one InstanceType for all instances of a variant is supported`;
  }
  return undefined;
}

function problemOfModel(model: Model, variantName: string): string | undefined {
  const whose = `model "${model.name}" of variant "${variantName}"`;
  if (model.executionMode === 'Direct') {
    return `${whose} has InferenceExecutionConfig.Mode Direct, and invoking one of several containers is not supported`;
  }
  if (model.containers && model.containers.length > 1) {
    return `${whose} has ${model.containers.length} Containers, and only one container is supported`;
  }
  if (model.container.mode === 'MultiModel') {
    return `${whose} has a container with Mode MultiModel, and only SingleModel is supported`;
  }
  return undefined;
}

function firstOf<T>(items: readonly T[], problemOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const problem = problemOf(item);
    if (problem !== undefined) return problem;
  }
  return undefined;
}
