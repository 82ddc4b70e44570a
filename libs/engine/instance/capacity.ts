import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { LaunchFailures } from '../../core/instance/crash-loop.js';
import type { Instance } from '../../core/instance/instance.js';
import type { Counts } from './instance-view.js';

/**
 * What deciding sees of the instances, and asks of them. How many there are to be is not said here but on the endpoint's
 * record, and `meetTargets` carries that out.
 */
export abstract class Capacity {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
  abstract instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[];
  /** How long the invocations that run on a variant's instances in service have been running, all together. */
  abstract runningForMs(endpointName: string, variantName: string, now: number): number;
  abstract launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined;
  /** The endpoints that have any instance. */
  abstract endpoints(): Set<string>;
  /** From now on leases go to the variants' instances as the endpoint's record says. */
  abstract route(endpoint: Endpoint): void;
  /** No instance of the endpoint takes another lease until the next `route`. */
  abstract hold(endpointName: string): void;
  /**
   * Brings the instances of an endpoint to what its record says, as far as that can be done now. Says for each variant
   * of which the record wants a count what came of it.
   */
  abstract meetTargets(endpoint: Endpoint): Met[];
  /** Lets every instance of an endpoint finish what it runs and go. */
  abstract drainAll(endpointName: string): Promise<void>[];
  /** A deleted endpoint's failures must not count against a later one of its name. */
  abstract forget(endpoint: Pick<Endpoint, 'name'>): void;
}

/** What came of bringing the instances of one variant of one deployment to the count on record. */
export interface Met {
  readonly variantName: string;
  readonly deploymentId: string;
  /** How many were in service or on their way there before. */
  readonly before: number;
  /** For each instance that was launched: whether it came into service. */
  readonly launched: readonly Promise<boolean>[];
  /** For each instance that was let go: that it is gone, or paused. */
  readonly letGo: readonly Promise<void>[];
  /** How many launches are held back, as others failed or too many are starting. */
  readonly heldBack: number;
  /** When launches that are held back may go on; `Infinity` where there are none, or time alone does not let them go. */
  readonly launchableAt: number;
  /** How many idle instances stay although they are too many, as a slot of theirs has just been taken. */
  readonly taken: number;
  /** How the variant's launches were failing when this was done. */
  readonly failures?: LaunchFailures;
}

/** How many instances are in service or on their way there now that the count on record has been met. */
export function countAfter({ before, launched, letGo }: Met): number {
  return before + launched.length - letGo.length;
}
