import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import {
  ONE_CALL_VARIANT,
  type OneCallParts,
  type OneCallRecipe,
  boundsOf,
  partsOf,
} from '../../core/deployment/one-call.js';
import type { LaunchSpec } from '../../core/ports/instances.js';
import { createEndpointConfig } from '../endpoint/create-endpoint-config.js';
import { createEndpoint, endpointExists } from '../endpoint/create-endpoint.js';
import { createModel } from '../model/create-model.js';
import { Deadline } from '../deadline.js';
import { findMissingTopic } from '../endpoint/check-topics.js';
import { deleteEndpointConfig } from '../endpoint/delete-endpoint-config.js';
import { deleteModel } from '../model/delete-model.js';
import { launchSpec } from '../instance/launch-spec.js';
import { deployedVariant } from '../endpoint/plan-variants.js';
import { registerScalableTarget } from '../scaling/register-scalable-target.js';
import { ReversibleSteps } from './reversible-steps.js';
import type { World } from '../world.js';

/** The longest time that a deployment waits for the check of its image and model data. */
const LONGEST_CHECK_MS = 10_000;

/** The parts of the world that a deployment in one call uses. */
export type DeployingWorld = Pick<
  World,
  'catalog' | 'clock' | 'instances' | 'log' | 'notifications' | 'objects' | 'outbox' | 'place' | 'signals'
>;

/**
 * Creates the model, the endpoint config, the endpoint and the bounds of a recipe. All parts are checked before any of
 * them is created. If a later step is refused, the created parts are deleted. The endpoint is then Creating. Raises
 * `AlreadyExists`, `ImageNotFound`, `ModelDataUnusable`, `LimitExceeded`, and `InvalidRequest` for a topic that does
 * not exist and for an instance type that this machine cannot serve.
 */
export async function deployInOneCall(
  world: DeployingWorld,
  recipe: OneCallRecipe,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const { name } = recipe;
  if (await world.catalog.endpoints.get(endpointKey(name), signal)) throw endpointExists(world, name);
  const parts = partsOf(recipe, world.clock.uniqueId());
  await checkParts(world, name, parts, signal);
  const steps = new ReversibleSteps(world.log);
  try {
    await makeParts(world, steps, parts, signal);
    const request = { name, configName: parts.config.name, tags: parts.tags };
    const endpoint = await steps.take(createEndpoint(world, request, signal), (made) => withdraw(world, made));
    const target = { endpointName: name, variantName: ONE_CALL_VARIANT, ...boundsOf(recipe) };
    await registerScalableTarget(world, target, signal);
    return endpoint;
  } catch (error) {
    await steps.takeBack();
    throw error;
  }
}

/**
 * Checks that an endpoint of these parts could be brought into service here, and raises the error if not. Changes
 * nothing.
 */
export async function checkParts(
  world: Pick<World, 'catalog' | 'clock' | 'instances' | 'notifications'>,
  endpointName: string,
  { config, model }: OneCallParts,
  signal?: AbortSignal,
): Promise<void> {
  const missing = await findMissingTopic(world, config.asyncInference, signal);
  if (missing !== undefined) throw new EbbError('InvalidRequest', `The topic "${missing}" does not exist.`);
  for (const variant of config.variants) {
    await world.instances.admit(variant.instanceType, signal);
    const deployed = deployedVariant(config, variant, model, world.clock.uniqueId());
    await checkForAWhile(world, launchSpec(endpointName, deployed, world.clock.uniqueId()), signal);
  }
}

/**
 * Checks for a limited time. An error that shows later, for example while an image is still being pulled, shows while
 * the endpoint is being created.
 */
async function checkForAWhile(
  { clock, instances }: Pick<World, 'clock' | 'instances'>,
  spec: LaunchSpec,
  signal?: AbortSignal,
): Promise<void> {
  const deadline = new Deadline(clock, LONGEST_CHECK_MS, signal);
  try {
    await instances.check(spec, deadline.signal);
  } catch (error) {
    if (!deadline.passed) throw error;
  } finally {
    deadline.clear();
  }
}

/** Creates the model and the endpoint config. */
export async function makeParts(
  world: Pick<World, 'catalog' | 'clock' | 'place'>,
  steps: ReversibleSteps,
  { config, model }: OneCallParts,
  signal?: AbortSignal,
): Promise<void> {
  await steps.take(createModel(world, model, signal), ({ name }) => deleteModel(world, name));
  await steps.take(createEndpointConfig(world, config, signal), ({ name }) => deleteEndpointConfig(world, name));
}

/** The caller does not know of the endpoint yet, so it may be deleted although it is still being created. */
async function withdraw({ catalog, signals }: DeployingWorld, { createdAt, name }: Endpoint): Promise<void> {
  await catalog.endpoints.update(endpointKey(name), (current) =>
    current.createdAt === createdAt ? { ...current, status: 'Deleting' } : current,
  );
  signals.notify({ kind: 'endpoint', endpointName: name });
}
