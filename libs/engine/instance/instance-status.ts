import type { LaunchFailures } from '../../core/instance/crash-loop.js';
import type { Instance, InstanceDetail } from '../../core/instance/instance.js';
import type { InstanceStart } from '../../core/instance/start-phase.js';
import { InstanceCounts } from './instance-counts.js';

/** What is to be known of the instances of a variant, for whoever explains it. */
export abstract class InstanceStatus extends InstanceCounts {
  abstract instances(endpointName: string, variantName?: string, deploymentId?: string): Instance[];
  /** Each instance of an endpoint, in the order in which they were launched. */
  abstract details(endpointName: string): InstanceDetail[];
  /** Those on their way into service. */
  abstract starts(endpointName: string, variantName: string): InstanceStart[];
  abstract launchFailures(endpointName: string, variantName: string, deploymentId?: string): LaunchFailures | undefined;
  /** The instance that runs an invocation; absent where none does. */
  abstract instanceRunning(endpointName: string, invocationId: string): string | undefined;
}
