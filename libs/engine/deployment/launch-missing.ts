import { nextLaunchAt } from '../../core/instance/crash-loop.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { DeployedVariant } from '../../core/endpoint/variant.js';
import type { Fleet } from '../instance/fleet.js';

/**
 * Launches the instances that a variant is missing of `target`, as far as launches that failed allow. Returns when the
 * others may be launched; Infinity where nothing is held back, or time alone does not let it go.
 */
export function launchMissing(
  fleet: Pick<Fleet, 'counts' | 'launch' | 'launchFailures' | 'launchableNow'>,
  endpoint: Endpoint,
  variant: DeployedVariant,
  target: number,
  now: number,
): number {
  const { name, deploymentId } = variant;
  const { starting, inService } = fleet.counts(endpoint.name, name, deploymentId);
  const missing = Math.max(0, target - starting - inService);
  const launchable = fleet.launchableNow(endpoint.name, name, missing, deploymentId);
  if (launchable > 0) fleet.launch(endpoint, variant, launchable);
  const nextAt = nextLaunchAt(fleet.launchFailures(endpoint.name, name, deploymentId));
  return launchable < missing && nextAt > now ? nextAt : Infinity;
}
