import { defaultBucket, endpointArn } from '../core/arn.js';
import {
  type AsyncInferenceConfig,
  type DeployedVariant,
  type Endpoint,
  type EndpointConfig,
  type ProductionVariant,
  endpointKey,
  slotsPerInstance,
} from '../core/endpoint.js';
import { EbbError } from '../core/errors.js';
import type { Tags } from '../core/model.js';
import { checkPromiseTags } from '../core/promise.js';
import { checkWarmTags } from '../core/warm-tier.js';
import { findEndpointConfig, findModel } from './look-up.js';
import { sendTestNotifications } from './send-test-notifications.js';
import type { World } from './world.js';

export interface EndpointRequest {
  readonly name: string;
  readonly configName: string;
  readonly tags: Tags;
  /** Whether topics are records of the catalog, so that a missing one can be told. */
  readonly topicsInCatalog: boolean;
}

/**
 * Records a new endpoint as Creating and returns at once; the autoscaler's loop brings it into service. It holds copies
 * of its config and models, which may be deleted from now on. An endpoint that names a topic that does not exist is
 * Failed from the start, as its results could not be told. Raises `AlreadyExists`, `EndpointConfigNotFound`,
 * `ModelNotFound`, for a config that is not asynchronous `WrongInferenceType`, and `InvalidRequest` for tags that promise
 * what cannot be meant.
 */
export async function createEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'objects' | 'outbox' | 'place' | 'signals'>,
  request: EndpointRequest,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const { catalog, place, signals } = world;
  checkPromiseTags(request.tags);
  checkWarmTags(request.tags);
  const key = endpointKey(request.name);
  if (await catalog.endpoints.get(key, signal)) throw alreadyExists(world, request.name);
  const endpoint = await deploymentOf(world, request, signal);
  // Inline inputs always go there, and so do outputs without a path of their own.
  await world.objects.createBucket(defaultBucket(place), signal);
  if (!(await catalog.endpoints.create(key, endpoint, signal))) throw alreadyExists(world, request.name);
  if (endpoint.status === 'Creating') await sendTestNotifications(world, endpoint);
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}

async function deploymentOf(
  world: Pick<World, 'catalog' | 'clock' | 'place'>,
  request: EndpointRequest,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const config = await findEndpointConfig(world, request.configName, signal);
  const { asyncInference } = config;
  if (!asyncInference) {
    throw new EbbError(
      'WrongInferenceType',
      `Endpoint configuration "${config.name}" has no AsyncInferenceConfig: real-time endpoints are not supported ` +
        'by Ebb yet, only asynchronous ones.',
    );
  }
  const deploymentId = world.clock.uniqueId();
  const variants = await Promise.all(
    config.variants.map((variant) => deployedVariant(world, config, variant, deploymentId, signal)),
  );
  const missing = request.topicsInCatalog ? await missingTopic(world, asyncInference, signal) : undefined;
  const now = world.clock.now();
  return {
    name: request.name,
    configName: config.name,
    status: missing === undefined ? 'Creating' : 'Failed',
    failureReason: missing === undefined ? undefined : missingTopicReason(missing),
    variants,
    asyncInference,
    createdAt: now,
    modifiedAt: now,
    tags: request.tags,
  };
}

async function deployedVariant(
  world: Pick<World, 'catalog' | 'place'>,
  config: EndpointConfig,
  variant: ProductionVariant,
  deploymentId: string,
  signal?: AbortSignal,
): Promise<DeployedVariant> {
  const { container, enableNetworkIsolation } = await findModel(world, variant.modelName, signal);
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

async function missingTopic(
  world: Pick<World, 'catalog'>,
  asyncInference: AsyncInferenceConfig,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const arn of [asyncInference.successTopic, asyncInference.errorTopic]) {
    if (arn !== undefined && !(await world.catalog.topics.get(arn, signal))) return arn;
  }
  return undefined;
}

function missingTopicReason(arn: string): string {
  return (
    `The topic "${arn}" in AsyncInferenceConfig.OutputConfig.NotificationConfig does not exist. ` +
    'Create the topic, then delete this endpoint and create it again.'
  );
}

function alreadyExists(world: Pick<World, 'place'>, name: string): EbbError {
  return new EbbError('AlreadyExists', `Cannot create already existing endpoint "${endpointArn(world.place, name)}".`);
}
