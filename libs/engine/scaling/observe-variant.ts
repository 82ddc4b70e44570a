import { type Backlog, backlogSize, withoutQueued } from '../../core/invocation/backlog.js';
import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { Instance } from '../../core/instance/instance.js';
import { maxKeepWarmFromTags, promiseFromTags } from '../../core/scaling/promise.js';
import {
  NO_COOLDOWNS,
  type ScalableTarget,
  capacityBounds,
  scalableTargetPrefix,
} from '../../core/scaling/scalable-target.js';
import type { ScalingObservation } from '../../core/scaling/scaling-observation.js';
import { divideBacklog } from '../../core/deployment/traffic.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import type { VariantEstimates } from '../../core/learning/variant-history.js';
import type { Fleet } from '../instance/fleet.js';
import type { ScalingSettings } from './scaling-settings.js';
import type { World } from '../world.js';

/** What has been learnt of variants, and is learnt on. */
export interface Learnt {
  /** How many instances the backlog could use at this moment, whatever there are; and how large it is. */
  demanded(endpointName: string, variantName: string, demand: number, backlog: number): void;
  estimates(endpointName: string, variantName: string, maxKeepWarmMs: number): Promise<VariantEstimates>;
}

/** All that a decision about one variant may look at, at one moment. */
export async function observeVariant(
  world: Pick<World, 'catalog' | 'clock' | 'ledger'>,
  fleet: Fleet,
  learnt: Learnt,
  settings: ScalingSettings,
  endpoint: Endpoint,
  variant: DeployedVariant,
): Promise<ScalingObservation> {
  const maxKeepWarmMs = maxKeepWarmFromTags(endpoint.tags, settings.maxKeepWarmMs);
  const [shared, targets, estimates] = await Promise.all([
    world.ledger.backlog(endpoint.name),
    world.catalog.scalableTargets.under(scalableTargetPrefix(endpoint.name)),
    learnt.estimates(endpoint.name, variant.name, maxKeepWarmMs),
  ]);
  // Nothing is awaited from here on: what is counted is what the decision is carried out on.
  const now = world.clock.now();
  const target = targetOf(variant, targets);
  const slotsPerInstance = variant.slots;
  const instances = fleet.instances(endpoint.name, variant.name, variant.deploymentId);
  const toDo = isPaused(endpoint, 'dispatch') ? withoutQueued(shared) : shared;
  const backlog = backlogOf(variant, endpoint, targets, toDo, instances);
  const size = backlogSize(backlog);
  learnt.demanded(endpoint.name, variant.name, Math.ceil(size / slotsPerInstance), size);
  const starting = instances.filter(({ state }) => state === 'Starting');
  const inService = instances.filter(({ state }) => state === 'InService');
  const idleSince = inService.flatMap((instance) => instance.idleSince ?? []);
  return {
    now,
    backlog,
    dispatch: endpoint.dispatch,
    wakeOrder: variant.wakeOrder,
    desired: variant.desiredInstanceCount,
    starting: starting.length,
    inService: inService.length,
    busy: inService.length - idleSince.length,
    idleSince,
    startingSince: starting.map(({ launchedAt }) => launchedAt),
    runningForMs: fleet.runningForMs(endpoint.name, variant.name, now),
    slotsPerInstance,
    bounds: capacityBounds(variant, target),
    pace: settings.pace,
    promise: promiseFromTags(endpoint.tags, settings.promise),
    maxKeepWarmMs,
    estimates,
    cooldowns: target?.cooldowns ?? NO_COOLDOWNS,
  };
}

/** A variant's own part of what its endpoint has to do: what waits by its weight, and what its instances run. */
function backlogOf(
  variant: DeployedVariant,
  { variants }: Endpoint,
  targets: readonly ScalableTarget[],
  shared: Backlog,
  instances: readonly Instance[],
): Backlog {
  if (variants.length === 1) return shared;
  const maxima = variants.map((each) => capacityBounds(each, targetOf(each, targets)).maximum);
  const shares = divideBacklog(shared.queued, variants, maxima);
  const queued = shares[variants.findIndex(({ name }) => name === variant.name)]!;
  const running = instances.reduce((sum, { busy }) => sum + busy, 0);
  return { queued, running, oldestAcceptedAt: queued > 0 ? shared.oldestAcceptedAt : undefined };
}

function targetOf({ name }: DeployedVariant, targets: readonly ScalableTarget[]): ScalableTarget | undefined {
  return targets.find(({ variantName }) => variantName === name);
}
