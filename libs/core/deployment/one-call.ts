import type { AsyncInferenceConfig, EndpointConfig } from '../endpoint/endpoint-config.js';
import type { Model } from '../model/model.js';
import { type ScalingPromise, tagsOfPromise } from '../scaling/promise.js';
import type { Tags } from '../tags.js';

/** All that it takes to deploy one image as an asynchronous endpoint: what becomes a model, an endpoint config and bounds. */
export interface OneCallRecipe {
  readonly name: string;
  readonly image: string;
  readonly modelDataUrl?: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly instanceType?: string;
  /** How many invocations one instance runs at once. */
  readonly concurrency?: number;
  readonly minInstances?: number;
  readonly maxInstances?: number;
  readonly promise?: ScalingPromise;
  readonly keepWarmSeconds?: number;
  readonly outputPath?: string;
  readonly failurePath?: string;
  readonly successTopic?: string;
  readonly errorTopic?: string;
}

/** The tag of models and endpoint configs that were made for an endpoint in one call, and go with it; holds its name. */
export const MADE_FOR_TAG = 'ebb:made-for';

/** What the variant of an endpoint is called that was deployed in one call. */
export const ONE_CALL_VARIANT = 'main';

/** What a recipe comes to in SageMaker's terms. */
export interface OneCallParts {
  readonly model: Omit<Model, 'createdAt'>;
  readonly config: Omit<EndpointConfig, 'createdAt'>;
  /** Of the endpoint. */
  readonly tags: Tags;
}

const MAX_NAME_LENGTH = 63;
const ID_LENGTH = 8;

/**
 * The model and the config of a recipe, both named after the endpoint with the end of `id` behind it, so that the next ones
 * of the same endpoint have other names.
 */
export function partsOf(recipe: OneCallRecipe, id: string, variantName = ONE_CALL_VARIANT): OneCallParts {
  const name = partName(recipe.name, id);
  const tags = { [MADE_FOR_TAG]: recipe.name };
  const { environment, image, instanceType, modelDataUrl } = recipe;
  return {
    model: { name, container: { image, modelDataUrl, environment }, tags },
    config: {
      name,
      variants: [
        {
          name: variantName,
          modelName: name,
          initialInstanceCount: recipe.minInstances ?? 0,
          initialVariantWeight: 1,
          instanceType,
        },
      ],
      asyncInference: asyncInferenceOf(recipe),
      tags,
    },
    tags: tagsOfPromise(recipe.promise, recipe.keepWarmSeconds),
  };
}

function asyncInferenceOf(recipe: OneCallRecipe): AsyncInferenceConfig {
  const { concurrency, errorTopic, failurePath, outputPath, successTopic } = recipe;
  return {
    outputPath,
    failurePath,
    successTopic,
    errorTopic,
    includeResponseIn: [],
    maxConcurrentInvocationsPerInstance: concurrency,
  };
}

/** Ids begin with the time, and only their ends tell those of one minute apart. */
function partName(name: string, id: string): string {
  const stem = name.slice(0, MAX_NAME_LENGTH - ID_LENGTH - 1).replace(/-+$/, '');
  return `${stem}-${id.replaceAll('-', '').slice(-ID_LENGTH)}`;
}

/** The bounds of a recipe that names one of them or none: from zero, to one instance or as many as there are at least. */
export function boundsOf({ maxInstances, minInstances = 0 }: Pick<OneCallRecipe, 'maxInstances' | 'minInstances'>): {
  readonly minCapacity: number;
  readonly maxCapacity: number;
} {
  return { minCapacity: minInstances, maxCapacity: maxInstances ?? Math.max(1, minInstances) };
}
