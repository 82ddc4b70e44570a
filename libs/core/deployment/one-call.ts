import type { AsyncInferenceConfig, EndpointConfig } from '../endpoint/endpoint-config.js';
import type { Model } from '../model/model.js';
import { type ScalingPromise, tagsOfPromise } from '../scaling/promise.js';
import type { Tags } from '../tags.js';

/** A recipe that deploys one image as an asynchronous endpoint. It becomes a model, an endpoint config and bounds. */
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

/**
 * The tag of models and endpoint configs that were made for an endpoint in one call, and are deleted with it. Its value
 * is the endpoint's name.
 */
export const MADE_FOR_TAG = 'ebb:made-for';

/** The name of the variant of an endpoint that was deployed in one call. */
export const ONE_CALL_VARIANT = 'main';

/** The parts of a recipe, in SageMaker's terms. */
export interface OneCallParts {
  readonly model: Omit<Model, 'createdAt'>;
  readonly config: Omit<EndpointConfig, 'createdAt'>;
  /** The tags of the endpoint. */
  readonly tags: Tags;
}

const MAX_NAME_LENGTH = 63;
const ID_LENGTH = 8;

/**
 * Returns the model and the config of a recipe. Both are named after the endpoint, followed by the end of `id`, so that
 * the next ones of the same endpoint have other names.
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

/** Ids begin with the time, so only their ends differ within a minute. */
function partName(name: string, id: string): string {
  const stem = name.slice(0, MAX_NAME_LENGTH - ID_LENGTH - 1).replace(/-+$/, '');
  return `${stem}-${id.replaceAll('-', '').slice(-ID_LENGTH)}`;
}

/**
 * Returns the bounds of a recipe. The minimum is zero by default; the maximum is by default the minimum, but at least
 * one.
 */
export function boundsOf({ maxInstances, minInstances = 0 }: Pick<OneCallRecipe, 'maxInstances' | 'minInstances'>): {
  readonly minCapacity: number;
  readonly maxCapacity: number;
} {
  return { minCapacity: minInstances, maxCapacity: maxInstances ?? Math.max(1, minInstances) };
}
