import type { InstanceDetail } from '../../core/instance/instance.js';
import { InstanceStatus } from './instance-status.js';

/** The instances of one worker, for whoever may also tell one of them to go. */
export abstract class InstanceControl extends InstanceStatus {
  /** Has it take no more, finish what it runs and end, or end at once where it has yet to start; undefined where there is none. */
  abstract drainInstance(endpointName: string, instanceId: string): InstanceDetail | undefined;
}
