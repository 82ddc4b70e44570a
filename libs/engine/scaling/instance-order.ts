import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { orderInForce } from '../../core/scaling/wake-order.js';
import { type Met, countAfter } from '../instance/capacity.js';
import type { VariantLook } from './scaling-record.js';
import type { World } from '../world.js';

/**
 * Records the number of instances that was decided for each variant. Returns the record with the order; undefined, with
 * nothing written, if the endpoint has changed since the decisions.
 */
export async function orderInstances(
  world: Pick<World, 'catalog'>,
  endpoint: Endpoint,
  looks: readonly VariantLook[],
): Promise<Endpoint | undefined> {
  const counts = new Map(looks.map((look) => [look.variant.name, orderedCount(look)]));
  const isSaid = endpoint.variants.every(({ desiredInstanceCount, name }) => counts.get(name) === desiredInstanceCount);
  if (isSaid) return endpoint;
  let isOvertaken = false;
  const ordered = await world.catalog.endpoints.update(endpointKey(endpoint.name), (current) => {
    isOvertaken = !isSame(current, endpoint);
    if (isOvertaken) return current;
    const variants = current.variants.map((each) => ({ ...each, desiredInstanceCount: counts.get(each.name)! }));
    return { ...current, variants };
  });
  return isOvertaken ? undefined : ordered;
}

/**
 * Takes back the part of an order that was not carried out. Instances that got work in the meantime stay, and the
 * record counts them; otherwise they would go as soon as they are idle. An order to wake is removed once it is carried
 * out or too old.
 */
export async function concludeOrder(
  world: Pick<World, 'catalog'>,
  ordered: Endpoint,
  done: readonly { readonly look: VariantLook; readonly met: Met }[],
): Promise<void> {
  const changes = done.flatMap(({ look, met }) => {
    const { desiredInstanceCount: asked } = ordered.variants.find(({ name }) => name === look.variant.name)!;
    const { wakeOrder } = look.variant;
    const isDone = wakeOrder && (met.heldBack === 0 || orderInForce(look.observation) === undefined);
    // A slot that has just been taken may turn out to get no work, and a starting instance has none: both still go.
    const staying = countAfter(met) - met.taken - met.starting;
    const left = isTheirs(look) ? asked : Math.max(asked, staying);
    return left === asked && !isDone ? [] : [{ name: look.variant.name, asked, left, wokenBy: isDone && wakeOrder }];
  });
  if (changes.length === 0) return;
  await world.catalog.endpoints.update(endpointKey(ordered.name), (current) => ({
    ...current,
    variants: current.variants.map((each) => {
      const change = changes.find(({ name }) => name === each.name);
      if (!change) return each;
      const { asked, left, wokenBy } = change;
      // Another order, for a count or to wake, may have come in between.
      const desiredInstanceCount = each.desiredInstanceCount === asked ? left : each.desiredInstanceCount;
      const isWoken = wokenBy && each.wakeOrder?.at === wokenBy.at;
      return { ...each, desiredInstanceCount, wakeOrder: isWoken ? undefined : each.wakeOrder };
    }),
  }));
}

function orderedCount(look: VariantLook): number {
  return isTheirs(look) ? look.variant.desiredInstanceCount : look.decision.desired;
}

/** Returns whether the user set the count by hand, so that no decision changes it. */
function isTheirs({ observation }: VariantLook): boolean {
  return observation.bounds.source === 'desired instance count';
}

/** Returns whether the record still says what the decisions about counts rest on. */
function isSame(current: Endpoint, seen: Endpoint): boolean {
  const isAsSeen = (variant: DeployedVariant, index: number): boolean => {
    const { deploymentId, desiredInstanceCount, name } = seen.variants[index]!;
    return (
      variant.name === name &&
      variant.deploymentId === deploymentId &&
      variant.desiredInstanceCount === desiredInstanceCount
    );
  };
  return (
    current.status === seen.status &&
    current.deployment?.id === seen.deployment?.id &&
    current.variants.length === seen.variants.length &&
    current.variants.every(isAsSeen)
  );
}
