import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { EbbError } from '../../core/errors.js';
import { type OneCallRecipe, boundsOf, partsOf } from '../../core/deployment/one-call.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { DONE_WITHIN_TAG, START_WITHIN_TAG } from '../../core/scaling/promise.js';
import type { Tags } from '../../core/tags.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { checkAllowed } from '../endpoint/check-allowed.js';
import { type DeployingWorld, checkParts, makeParts } from './deploy-in-one-call.js';
import { deleteParts } from './delete-with-parts.js';
import { forgetScalableTarget } from '../scaling/forget-scalable-target.js';
import { findEndpoint } from '../endpoint/find-endpoint.js';
import { registerScalableTarget } from '../scaling/register-scalable-target.js';
import type { Variant } from '../scaling/registered-target.js';
import { ReversibleSteps } from './reversible-steps.js';
import { updateEndpoint } from './update-endpoint.js';

/**
 * Rolls out another recipe on an endpoint with one variant, as `UpdateEndpoint` does, with a new model and a new
 * config. The endpoint serves as before until the new instances have proved themselves. Bounds, promise and instance
 * type stay if the recipe does not name them. Parts of earlier calls that are no longer needed are deleted. Raises the
 * errors of deploying and of updating.
 */
export async function redeployInOneCall(
  world: DeployingWorld,
  recipe: OneCallRecipe,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const found = await findEndpoint(world, recipe.name, signal);
  checkAllowed(world, found, 'update');
  const variant = onlyVariant(found);
  const named = { ...recipe, name: found.name, instanceType: recipe.instanceType ?? variant.instanceType };
  const parts = partsOf(named, world.clock.uniqueId(), variant.name);
  await checkParts(world, found.name, parts, signal);
  const steps = new ReversibleSteps(world.log);
  let endpoint: Endpoint;
  try {
    await makeParts(world, steps, parts, signal);
    await rebound(world, steps, { endpointName: found.name, variantName: variant.name }, recipe);
    const configName = parts.config.name;
    const retained = { retainsInstanceCounts: true, retainsWeights: true, retainsDeploymentConfig: true };
    endpoint = await updateEndpoint(world, { name: found.name, configName, ...retained }, signal);
  } catch (error) {
    await steps.takeBack();
    throw error;
  }
  const promised = await setPromise(world, endpoint, recipe, parts.tags);
  await deleteParts(world, endpoint.name, [found.configName, parts.config.name]);
  return promised;
}

function onlyVariant({ name, variants }: Endpoint): DeployedVariant {
  const [only] = variants;
  if (only && variants.length === 1) return only;
  throw new EbbError(
    'InvalidRequest',
    `Endpoint "${name}" has ${variants.length} variants; a deployment in one call needs exactly one: use UpdateEndpoint.`,
  );
}

/** Sets the bounds. This comes before the update, which cannot be taken back. */
async function rebound(
  world: DeployingWorld,
  steps: ReversibleSteps,
  variant: Variant,
  { maxInstances, minInstances }: OneCallRecipe,
): Promise<void> {
  if (minInstances === undefined && maxInstances === undefined) return;
  const { endpointName, variantName } = variant;
  const before = await world.catalog.scalableTargets.get(scalableTargetKey(endpointName, variantName));
  const bounds = boundsOf({
    minInstances: minInstances ?? before?.minCapacity,
    maxInstances: maxInstances ?? before?.maxCapacity,
  });
  await steps.take(registerScalableTarget(world, { ...variant, ...bounds }), () =>
    before
      ? registerScalableTarget(world, { ...variant, minCapacity: before.minCapacity, maxCapacity: before.maxCapacity })
      : forgetScalableTarget(world, variant),
  );
}

/** Sets the recipe's tags. A promise replaces the promise before; tags that the recipe does not name stay. */
async function setPromise(
  { catalog, signals }: DeployingWorld,
  endpoint: Endpoint,
  recipe: OneCallRecipe,
  tags: Tags,
): Promise<Endpoint> {
  if (Object.keys(tags).length === 0) return endpoint;
  const changed = await catalog.endpoints.update(endpointKey(endpoint.name), (current) => {
    const { [START_WITHIN_TAG]: _start, [DONE_WITHIN_TAG]: _done, ...others } = current.tags;
    return { ...current, tags: { ...(recipe.promise ? others : current.tags), ...tags } };
  });
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return changed ?? endpoint;
}
