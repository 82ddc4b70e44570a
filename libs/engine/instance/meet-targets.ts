import { type WantedInstances, wantedInstances } from '../../core/deployment/wanted-instances.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { type LaunchFailures, nextLaunchAt } from '../../core/instance/crash-loop.js';
import type { Instance } from '../../core/instance/instance.js';
import type { Met } from './capacity.js';

/** The instances of one worker, with the operations that change their number. */
export interface AdjustableFleet {
  drainAll(endpointName: string): unknown;
  drainStrangers(endpoint: Endpoint): unknown;
  instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[];
  launch(endpoint: Endpoint, variant: DeployedVariant, count: number): Promise<boolean>[];
  launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined;
  launchableNow(endpointName: string, variantName: string, missing: number, deploymentId?: string): number;
  retire(endpointName: string, variant: DeployedVariant, count: number): Promise<void>[];
  scaleIn(endpoint: Endpoint, variant: DeployedVariant, count: number): Promise<void>[];
}

/**
 * Brings a fleet to the counts on an endpoint's record. It launches missing instances as far as failing launches allow,
 * lets the surplus go, and ends instances that are not on the record. Nothing is awaited, so the counts do not change
 * meanwhile. A second call changes nothing.
 */
export function meetTargets(fleet: AdjustableFleet, endpoint: Endpoint, now: number): Met[] {
  const wanted = wantedInstances(endpoint);
  if (wanted.length === 0) fleet.drainAll(endpoint.name);
  fleet.drainStrangers(endpoint);
  return wanted.map((each) => meetOne(fleet, endpoint, each, now));
}

function meetOne(fleet: AdjustableFleet, endpoint: Endpoint, wanted: WantedInstances, now: number): Met {
  const { count, launches, variant } = wanted;
  const { name: variantName, deploymentId } = variant;
  const there = fleet.instances(endpoint.name, variantName, deploymentId).filter(countsAsCapacity);
  const missing = launches ? Math.max(0, count - there.length) : 0;
  const failures = fleet.launchFailures(endpoint.name, variantName, deploymentId);
  const launchable = fleet.launchableNow(endpoint.name, variantName, missing, deploymentId);
  const launched = launchable > 0 ? fleet.launch(endpoint, variant, launchable) : [];
  const nextAt = nextLaunchAt(failures);
  const heldBack = missing - launched.length;
  return {
    variantName,
    deploymentId,
    before: there.length,
    starting: there.filter(({ state }) => state === 'Starting').length,
    launched,
    heldBack,
    launchableAt: heldBack > 0 && nextAt > now ? nextAt : Infinity,
    ...letGo(fleet, endpoint, wanted, there),
    failures,
  };
}

/**
 * Lets the surplus instances of a variant go. Starting and busy instances stay until they are idle, unless other
 * instances take their place.
 */
function letGo(
  fleet: AdjustableFleet,
  endpoint: Endpoint,
  { count, surplus, variant }: WantedInstances,
  there: readonly Instance[],
): Pick<Met, 'letGo' | 'taken'> {
  const tooMany = Math.max(0, there.length - count);
  if (tooMany === 0) return { letGo: [], taken: 0 };
  if (surplus === 'finishes and goes') return { letGo: fleet.retire(endpoint.name, variant, tooMany), taken: 0 };
  const idle = there.filter(({ idleSince, state }) => state === 'InService' && idleSince !== undefined).length;
  const mayGo = Math.min(tooMany, idle);
  const gone = mayGo > 0 ? fleet.scaleIn(endpoint, variant, mayGo) : [];
  return { letGo: gone, taken: mayGo - gone.length };
}

/** Whether an instance counts as capacity. Paused and going instances do not. */
function countsAsCapacity({ state }: Instance): boolean {
  return state === 'Starting' || state === 'InService';
}
