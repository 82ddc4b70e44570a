import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { EbbError } from '../../core/errors.js';
import { type ScalableTarget, capacityBounds, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { checkAllowed } from '../endpoint/check-allowed.js';
import { findEndpoint, missingEndpoint } from '../endpoint/find-endpoint.js';
import { sendTestNotifications } from '../delivery/send-test-notifications.js';
import type { World } from '../world.js';

/** The capacity that a caller wants for one variant. An absent member stays as it is. */
export interface DesiredCapacity {
  readonly variantName: string;
  readonly weight?: number;
  readonly instanceCount?: number;
}

/**
 * Sets weights and instance counts by hand. A count is refused if a scalable target or the variant's own managed
 * scaling decides it, because they would overrule it at once. Weights take effect at once. If counts change, the
 * endpoint is Updating until they are reached or have failed. Raises `EndpointNotFound`, `ChangeInProgress`,
 * `EndpointNotReady` and `InvalidRequest`.
 */
export async function updateCapacities(
  world: Pick<World, 'catalog' | 'clock' | 'outbox' | 'place' | 'signals'>,
  name: string,
  wanted: readonly DesiredCapacity[],
  signal?: AbortSignal,
): Promise<Endpoint> {
  const { catalog, clock, place, signals } = world;
  const found = await findEndpoint(world, name, signal);
  const targets = await scalableTargets(world, found, signal);
  const endpoint = await catalog.endpoints.update(
    endpointKey(name),
    (current): Endpoint => {
      checkAllowed(world, current, 'change weights');
      checkVariants(current, wanted);
      const variants = current.variants.map((variant) => changed(variant, wanted, targets.get(variant.name)));
      checkWeights(variants);
      const countsBefore = countsThatChange(current.variants, variants);
      const status = countsBefore ? 'Updating' : current.status;
      return { ...current, status, variants, countsBefore, failureReason: undefined, modifiedAt: clock.now() };
    },
    signal,
  );
  if (!endpoint) missingEndpoint(place, name);
  await sendTestNotifications(world, endpoint.asyncInference);
  signals.notify({ kind: 'endpoint', endpointName: endpoint.name });
  return endpoint;
}

async function scalableTargets(
  world: Pick<World, 'catalog'>,
  endpoint: Endpoint,
  signal?: AbortSignal,
): Promise<Map<string, ScalableTarget>> {
  const targets = new Map<string, ScalableTarget>();
  for (const { name } of endpoint.variants) {
    const target = await world.catalog.scalableTargets.get(scalableTargetKey(endpoint.name, name), signal);
    if (target) targets.set(name, target);
  }
  return targets;
}

/** Weights are shares: if all of them are 0, the work cannot be divided. */
function checkWeights(variants: readonly DeployedVariant[]): void {
  if (variants.some(({ desiredWeight }) => desiredWeight > 0)) return;
  throw new EbbError('InvalidRequest', 'The DesiredWeight of at least one variant of the endpoint must be above 0.');
}

/** Returns the present counts of the variants whose counts change; undefined if none changes. */
function countsThatChange(
  before: readonly DeployedVariant[],
  after: readonly DeployedVariant[],
): Record<string, number> | undefined {
  const changing = before.filter(
    ({ desiredInstanceCount }, index) => after[index]!.desiredInstanceCount !== desiredInstanceCount,
  );
  if (changing.length === 0) return undefined;
  return Object.fromEntries(changing.map(({ name, desiredInstanceCount }) => [name, desiredInstanceCount]));
}

function checkVariants(endpoint: Endpoint, wanted: readonly DesiredCapacity[]): void {
  const seen = new Set<string>();
  for (const { variantName } of wanted) {
    if (seen.has(variantName)) {
      throw new EbbError('InvalidRequest', `The variant name "${variantName}" was non-unique within the request.`);
    }
    seen.add(variantName);
  }
  const unknown = [...seen].filter((name) => !endpoint.variants.some((variant) => variant.name === name));
  if (unknown.length === 0) return;
  throw new EbbError(
    'InvalidRequest',
    `The variant name(s) "${unknown.join(', ')}" is/are not present within endpoint configuration ` +
      `"${endpoint.configName}".`,
  );
}

function changed(
  variant: DeployedVariant,
  wanted: readonly DesiredCapacity[],
  target: ScalableTarget | undefined,
): DeployedVariant {
  const desired = wanted.find(({ variantName }) => variantName === variant.name);
  const { source } = capacityBounds(variant, target);
  if (desired?.instanceCount !== undefined && source !== 'desired instance count') {
    throw new EbbError(
      'InvalidRequest',
      `The instance count of variant "${variant.name}" is decided by its ${source}: change its minimum and maximum ` +
        'capacity instead.',
    );
  }
  return {
    ...variant,
    desiredWeight: desired?.weight ?? variant.desiredWeight,
    desiredInstanceCount: desired?.instanceCount ?? variant.desiredInstanceCount,
  };
}
