import { type WantedInstances, wantedInstances } from '../../core/deployment/wanted-instances.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import { type LaunchFailures, nextLaunchAt } from '../../core/instance/crash-loop.js';
import type { Instance } from '../../core/instance/instance.js';
import type { Met } from './capacity.js';

/** The instances of one worker, as far as their number can be changed. */
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
 * Brings a fleet to what an endpoint's record says: launches what is missing as far as failing launches allow, lets go
 * what is too much, and ends what the record does not have. Nothing is awaited, so what is counted is what is changed;
 * doing it again changes nothing.
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
    launched,
    heldBack,
    launchableAt: heldBack > 0 && nextAt > now ? nextAt : Infinity,
    ...letGo(fleet, endpoint, wanted, there),
    failures,
  };
}

/** Never what is starting or at work, unless others take its place: such instances are out of reach until they are idle. */
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

/** One that is paused counts as none, and one that goes no more. */
function countsAsCapacity({ state }: Instance): boolean {
  return state === 'Starting' || state === 'InService';
}
