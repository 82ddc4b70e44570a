import type { LaunchFailures } from '../../core/instance/crash-loop.js';
import type { Instance, InstanceDetail } from '../../core/instance/instance.js';
import type { InstanceStart } from '../../core/instance/start-phase.js';

/** The number of instances that are starting, in service and draining. */
export interface Counts {
  readonly starting: number;
  readonly inService: number;
  readonly draining: number;
}

/** The number of instances, by state, that an endpoint, one of its variants or one of its deployments really has. */
export abstract class InstanceCounts {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
}

/** The present instances of one worker, for readers that explain an endpoint or an invocation. */
export abstract class InstanceStatus implements InstanceCounts {
  abstract counts(endpointName: string, variantName?: string, deploymentId?: string): Counts;
  abstract instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[];
  /** Returns the instances of a variant that are on their way into service. */
  abstract starts(endpointName: string, variantName: string): InstanceStart[];
  /** Returns the launch failures of a variant, by default those of the latest deployment that has any. */
  abstract launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined;
  /** Returns the instance that runs an invocation; undefined if none does. */
  abstract instanceRunning(endpointName: string, invocationId: string): string | undefined;
}

/** The instances of one worker one by one, for an operator who may drain one of them. */
export abstract class InstanceControl {
  /** Returns every instance of an endpoint, in the order of their launch. */
  abstract details(endpointName: string): InstanceDetail[];
  /**
   * Drains an instance: it takes no more work, finishes its invocations and ends. A starting instance ends at once.
   * Returns undefined if the endpoint has no such instance.
   */
  abstract drainInstance(endpointName: string, instanceId: string): InstanceDetail | undefined;
}
