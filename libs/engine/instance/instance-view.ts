import type { LaunchFailures } from '../../core/instance/crash-loop.js';
import type { Instance, InstanceDetail } from '../../core/instance/instance.js';
import type { InstanceStart } from '../../core/instance/start-phase.js';

/** How many instances there are in each state; those that are paused are not among them. */
export interface Counts {
  readonly starting: number;
  readonly inService: number;
  readonly draining: number;
}

/** How many instances an endpoint, one variant of it, or one deployment of it, really has, by state. */
export abstract class InstanceCounts {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
}

/** The instances of one worker as they stand, for readers that explain an endpoint or an invocation. */
export abstract class InstanceStatus implements InstanceCounts {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
  abstract instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[];
  /** The instances of a variant that are on their way into service. */
  abstract starts(endpointName: string, variantName: string): InstanceStart[];
  /** Of the latest deployment that has any, unless told which. */
  abstract launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined;
  /** The instance that runs an invocation; absent where none does. */
  abstract instanceRunning(endpointName: string, invocationId: string): string | undefined;
}

/** The instances of one worker one by one, for an operator who may tell one of them to go. */
export abstract class InstanceControl {
  /** Each instance of an endpoint, in the order in which they were launched. */
  abstract details(endpointName: string): InstanceDetail[];
  /** Has it take no more, finish what it runs and end, or end at once where it has yet to start; undefined where there is none. */
  abstract drainInstance(endpointName: string, instanceId: string): InstanceDetail | undefined;
}
