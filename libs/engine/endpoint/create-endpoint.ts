import { defaultBucket, endpointArn } from '../../core/arn.js';
import type { DeploymentConfig } from '../../core/endpoint/deployment.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import { checkPromiseTags } from '../../core/scaling/promise.js';
import { checkWarmTags } from '../../core/instance/warm-tier.js';
import { findEndpointConfig } from './find-endpoint.js';
import { planVariants } from './plan-variants.js';
import { sendTestNotifications } from '../delivery/send-test-notifications.js';
import type { World } from '../world.js';
import { findMissingTopic, missingTopicReason } from './check-topics.js';

/** A request to create an endpoint. */
export interface EndpointRequest {
  readonly name: string;
  readonly configName: string;
  /** The deployment config of a later update that retains the last one. */
  readonly deploymentConfig?: DeploymentConfig;
  readonly tags: Tags;
}

/**
 * Records a new endpoint as Creating and returns at once; the autoscaler's loop brings it into service. The endpoint
 * holds copies of its config and models, which may be deleted from now on. An endpoint that names a missing topic is
 * Failed from the start, because its results could not be notified. Raises `AlreadyExists`, `EndpointConfigNotFound`,
 * `ModelNotFound`, and `InvalidRequest` for a config that cannot be deployed and for tags with an invalid promise or
 * warm tier.
 */
export async function createEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'instances' | 'notifications' | 'objects' | 'outbox' | 'place' | 'signals'>,
  request: EndpointRequest,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const { catalog, place, signals } = world;
  checkPromiseTags(request.tags);
  checkWarmTags(request.tags);
  const key = endpointKey(request.name);
  if (await catalog.endpoints.get(key, signal)) throw endpointExists(world, request.name);
  const endpoint = await newEndpoint(world, request, signal);
  // Inline inputs go there, and so do outputs without a path of their own.
  await world.objects.createBucket(defaultBucket(place), signal);
  if (!(await catalog.endpoints.create(key, endpoint, signal))) throw endpointExists(world, request.name);
  if (endpoint.status === 'Creating') await sendTestNotifications(world, endpoint.asyncInference);
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}

async function newEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'instances' | 'notifications' | 'place'>,
  { name, configName, deploymentConfig, tags }: EndpointRequest,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const config = await findEndpointConfig(world, configName, signal);
  const { asyncInference, kept } = config;
  const variants = await planVariants(world, config, world.clock.uniqueId(), signal);
  const missing = await findMissingTopic(world, asyncInference, signal);
  const now = world.clock.now();
  return {
    name,
    configName: config.name,
    status: missing === undefined ? 'Creating' : 'Failed',
    failureReason:
      missing === undefined ? undefined : missingTopicReason(missing, 'delete this endpoint and create it again'),
    variants,
    asyncInference,
    lastDeploymentConfig: deploymentConfig,
    kept,
    createdAt: now,
    modifiedAt: now,
    tags,
  };
}

/** Returns the error for a new endpoint whose name is taken. */
export function endpointExists(world: Pick<World, 'place'>, name: string): EbbError {
  return new EbbError('AlreadyExists', `Cannot create already existing endpoint "${endpointArn(world.place, name)}".`);
}
