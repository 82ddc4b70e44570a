import { DEFAULT_DEPLOYMENT_CONFIG, type Deployment, type DeploymentConfig } from '../../core/endpoint/deployment.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { checkAllowed } from '../endpoint/check-allowed.js';
import { findEndpoint, findEndpointConfig, missingEndpoint } from '../endpoint/find-endpoint.js';
import { planVariants } from '../endpoint/plan-variants.js';
import { sendTestNotifications } from '../delivery/send-test-notifications.js';
import { findMissingTopic, missingTopicReason } from '../endpoint/check-topics.js';
import type { World } from '../world.js';

/** A request to update an endpoint to another config. */
export interface EndpointUpdateRequest {
  readonly name: string;
  readonly configName: string;
  /** Whether existing variants keep their instance counts, instead of taking the new config's. */
  readonly retainsInstanceCounts: boolean;
  /** Whether existing variants keep their weights, instead of taking the new config's. */
  readonly retainsWeights: boolean;
  /** Whether the update is rolled out in the way of the last update. */
  readonly retainsDeploymentConfig: boolean;
  readonly deploymentConfig?: DeploymentConfig;
}

/**
 * Records a deployment and returns at once. The autoscaler's loop rolls it out while the endpoint goes on serving as
 * before. Raises `EndpointNotFound`, `EndpointConfigNotFound`, `ModelNotFound`, `ChangeInProgress`, `EndpointNotReady`,
 * and `InvalidRequest` for a config that cannot be deployed or that would change a scalable target's variant, and for
 * alarms and topics that do not exist.
 */
export async function updateEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'instances' | 'notifications' | 'outbox' | 'place' | 'signals'>,
  request: EndpointUpdateRequest,
  signal?: AbortSignal,
): Promise<Endpoint> {
  const { catalog, clock, place, signals } = world;
  const found = await findEndpoint(world, request.name, signal);
  checkAllowed(world, found, 'update');
  const deployment = await planDeployment(world, found, request, signal);
  const endpoint = await catalog.endpoints.update(
    endpointKey(request.name),
    (current): Endpoint => {
      checkAllowed(world, current, 'update');
      const variants = retained(deployment.variants, current.variants, request);
      return {
        ...current,
        status: 'Updating',
        failureReason: undefined,
        deployment: { ...deployment, variants },
        modifiedAt: clock.now(),
      };
    },
    signal,
  );
  if (!endpoint) missingEndpoint(place, request.name);
  await sendTestNotifications(world, deployment.asyncInference);
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}

async function planDeployment(
  world: Pick<World, 'catalog' | 'clock' | 'instances' | 'notifications' | 'place'>,
  endpoint: Endpoint,
  request: EndpointUpdateRequest,
  signal?: AbortSignal,
): Promise<Deployment> {
  const endpointConfig = await findEndpointConfig(world, request.configName, signal);
  const { asyncInference, kept } = endpointConfig;
  const id = world.clock.uniqueId();
  const variants = await planVariants(world, endpointConfig, id, signal);
  await checkScalableTargets(world, endpoint, variants, signal);
  const config = deploymentConfigOf(endpoint, request);
  await checkAlarms(world, config.rollbackAlarms, signal);
  const missing = await findMissingTopic(world, asyncInference, signal);
  if (missing !== undefined) throw new EbbError('InvalidRequest', missingTopicReason(missing, 'update the endpoint'));
  const startedAt = world.clock.now();
  const begin = { stage: 'Launching', stageSince: startedAt, step: 0, traffic: 0 } as const;
  return { id, configName: endpointConfig.name, variants, asyncInference, kept, config, startedAt, ...begin };
}

function deploymentConfigOf(
  { lastDeploymentConfig }: Endpoint,
  { deploymentConfig, retainsDeploymentConfig }: EndpointUpdateRequest,
): DeploymentConfig {
  const last = retainsDeploymentConfig ? lastDeploymentConfig : undefined;
  return deploymentConfig ?? last ?? DEFAULT_DEPLOYMENT_CONFIG;
}

function retained(
  variants: readonly DeployedVariant[],
  before: readonly DeployedVariant[],
  { retainsInstanceCounts, retainsWeights }: EndpointUpdateRequest,
): DeployedVariant[] {
  return variants.map((variant) => {
    const old = before.find(({ name }) => name === variant.name);
    if (!old) return variant;
    return {
      ...variant,
      desiredInstanceCount: retainsInstanceCounts ? old.desiredInstanceCount : variant.desiredInstanceCount,
      desiredWeight: retainsWeights ? old.desiredWeight : variant.desiredWeight,
    };
  });
}

/**
 * As in SageMaker, a variant with a scalable target may get another model, but it may not be removed or change its
 * instance type.
 */
async function checkScalableTargets(
  { catalog }: Pick<World, 'catalog'>,
  endpoint: Endpoint,
  variants: readonly DeployedVariant[],
  signal?: AbortSignal,
): Promise<void> {
  for (const { name, instanceType } of endpoint.variants) {
    if (!(await catalog.scalableTargets.get(scalableTargetKey(endpoint.name, name), signal))) continue;
    const next = variants.find((variant) => variant.name === name);
    if (next && next.instanceType === instanceType) continue;
    const what = next ? 'the instance type of the variant' : 'the variant, which the new config does not have,';
    throw new EbbError(
      'InvalidRequest',
      `The update would ${next ? 'change' : 'remove'} ${what} "${name}" while it is a scalable target of ` +
        'Application Auto Scaling: deregister the target first.',
    );
  }
}

async function checkAlarms(
  { catalog }: Pick<World, 'catalog'>,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  for (const name of names) {
    if (await catalog.alarms.get(name, signal)) continue;
    throw new EbbError('InvalidRequest', `The alarm "${name}" in AutoRollbackConfiguration.Alarms does not exist.`);
  }
}
