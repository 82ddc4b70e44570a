import { divideBacklog } from '../../core/deployment/traffic.js';
import { isPaused } from '../../core/endpoint/endpoint-gates.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import type { Instance } from '../../core/instance/instance.js';
import { type Backlog, withoutQueued } from '../../core/invocation/backlog.js';
import type { VariantEstimates } from '../../core/learning/variant-history.js';
import { maxKeepWarmFromTags, promiseFromTags } from '../../core/scaling/promise.js';
import { NO_COOLDOWNS, type ScalableTarget, capacityBounds } from '../../core/scaling/scalable-target.js';
import type { ScalingObservation } from '../../core/scaling/scaling-observation.js';
import type { Capacity } from '../instance/capacity.js';
import type { ScalingSettings } from './scaling-settings.js';

/** The facts about an endpoint, read at one moment, on which the decisions about its variants rest. */
export interface EndpointReading {
  readonly now: number;
  readonly endpoint: Endpoint;
  /** The backlog of all its variants together. */
  readonly backlog: Backlog;
  readonly targets: readonly ScalableTarget[];
  readonly settings: ScalingSettings;
  readonly capacity: Pick<Capacity, 'instances' | 'runningForMs'>;
}

/** Returns all facts that a decision about one variant may use, at one moment. Changes nothing. */
export function observeVariant(
  reading: EndpointReading,
  variant: DeployedVariant,
  estimates: VariantEstimates,
): ScalingObservation {
  const { capacity, endpoint, now, settings, targets } = reading;
  const target = targetOf(variant, targets);
  const instances = capacity.instances(endpoint.name, variant.name, variant.deploymentId);
  const starting = instances.filter(({ state }) => state === 'Starting');
  const inService = instances.filter(({ state }) => state === 'InService');
  const idleSince = inService.flatMap((instance) => instance.idleSince ?? []);
  return {
    now,
    backlog: backlogOf(reading, variant, instances),
    dispatch: endpoint.dispatch,
    wakeOrder: variant.wakeOrder,
    desired: variant.desiredInstanceCount,
    starting: starting.length,
    inService: inService.length,
    busy: inService.length - idleSince.length,
    idleSince,
    startingSince: starting.map(({ launchedAt }) => launchedAt),
    runningForMs: capacity.runningForMs(endpoint.name, variant.name, now),
    slotsPerInstance: variant.slots,
    bounds: capacityBounds(variant, target),
    pace: settings.pace,
    promise: promiseFromTags(endpoint.tags, settings.promise),
    maxKeepWarmMs: maxKeepWarmFromTags(endpoint.tags, settings.maxKeepWarmMs),
    estimates,
    cooldowns: target?.cooldowns ?? NO_COOLDOWNS,
  };
}

/**
 * Returns a variant's part of its endpoint's backlog: its share by weight of the queued invocations, and the ones that
 * its instances run.
 */
function backlogOf(
  { backlog, endpoint, targets }: EndpointReading,
  variant: DeployedVariant,
  instances: readonly Instance[],
): Backlog {
  const shared = isPaused(endpoint, 'dispatch') ? withoutQueued(backlog) : backlog;
  const { variants } = endpoint;
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
