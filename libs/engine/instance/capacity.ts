import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { LaunchFailures } from '../../core/instance/crash-loop.js';
import type { Instance } from '../../core/instance/instance.js';
import type { Counts } from './instance-view.js';

/**
 * The instances as the deciding code sees them, and the changes that it asks for. The endpoint's record holds the
 * wanted counts; `meetTargets` carries them out.
 */
export abstract class Capacity {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
  abstract instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[];
  /** Returns the time that the invocations on a variant's instances in service have been running, added up. */
  abstract runningForMs(endpointName: string, variantName: string, now: number): number;
  abstract launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined;
  /** Returns the names of the endpoints that have any instance. */
  abstract endpoints(): Set<string>;
  /** Routes leases to the variants' instances as the endpoint's record says, from now on. */
  abstract route(endpoint: Endpoint): void;
  /** Gives no lease to the endpoint's instances until the next `route`. */
  abstract hold(endpointName: string): void;
  /**
   * Brings the instances of an endpoint to the counts on its record, as far as possible now. Returns the outcome for
   * each variant whose count is on record.
   */
  abstract meetTargets(endpoint: Endpoint): Met[];
  /** Lets every instance of an endpoint finish its invocations and go. */
  abstract drainAll(endpointName: string): Promise<void>[];
  /** Forgets a deleted endpoint, so that its failures do not count against a later endpoint of that name. */
  abstract forget(endpoint: Pick<Endpoint, 'name'>): void;
}

/** The outcome of bringing the instances of one variant of one deployment to the count on record. */
export interface Met {
  readonly variantName: string;
  readonly deploymentId: string;
  /** The number of instances that were in service or starting before. */
  readonly before: number;
  /** How many of these were still starting. */
  readonly starting: number;
  /** For each launched instance: whether it came into service. */
  readonly launched: readonly Promise<boolean>[];
  /** For each instance that was let go: resolves when it is gone or paused. */
  readonly letGo: readonly Promise<void>[];
  /** The number of launches that are held back, because others failed or too many instances are starting. */
  readonly heldBack: number;
  /** When launches that are held back may continue; `Infinity` if there are none, or if waiting does not help. */
  readonly launchableAt: number;
  /** The number of idle surplus instances that stay, because a slot of each has just been taken. */
  readonly taken: number;
  /** The failures of the variant's launches at that time, if any. */
  readonly failures?: LaunchFailures;
}

/** Returns how many instances are in service or starting after the count on record has been met. */
export function countAfter({ before, launched, letGo }: Met): number {
  return before + launched.length - letGo.length;
}
