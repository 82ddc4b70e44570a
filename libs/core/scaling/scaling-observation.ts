import type { AlarmState, ComparisonOperator } from '../alarm/alarm.js';
import { type Backlog, backlogSize } from '../invocation/backlog.js';
import type { WakeOrder } from '../endpoint/variant.js';
import type { GateState } from '../endpoint/endpoint-gates.js';
import type { ScalingPromise } from './promise.js';
import type { CapacityBounds, Cooldowns } from './scalable-target.js';
import type { ScalingPolicy } from './scaling-policy.js';
import type { VariantEstimates } from '../learning/variant-history.js';

/**
 * How often policies are evaluated: `aws` at SageMaker's own pace, on periods of a minute; `fast` does the same
 * arithmetic on periods of a second.
 */
export type ScalingPace = 'aws' | 'fast';

/** All that a scaling decision may look at. Times are milliseconds since the epoch. */
export interface ScalingObservation {
  readonly now: number;
  /** What there is to do: while dispatch is paused, what waits is not part of it. */
  readonly backlog: Backlog;
  /** Absent means open. */
  readonly dispatch?: GateState;
  readonly wakeOrder?: WakeOrder;
  /** The capacity that the last decision, or a user, asked for. */
  readonly desired: number;
  /** Launched and not yet in service. They count once: as capacity that is on its way. */
  readonly starting: number;
  readonly inService: number;
  /** Of those in service, how many run something. */
  readonly busy: number;
  /** Since when each idle instance in service has been idle, in no order. */
  readonly idleSince: readonly number[];
  /** When each starting instance was launched, in no order. */
  readonly startingSince: readonly number[];
  /** How long the running invocations have been running, all together. */
  readonly runningForMs: number;
  readonly slotsPerInstance: number;
  readonly bounds: CapacityBounds;
  readonly pace: ScalingPace;
  /** What holds where no scaling policy does. */
  readonly promise: ScalingPromise;
  /** How long an instance with nothing to do is kept at most. */
  readonly maxKeepWarmMs: number;
  readonly estimates: VariantEstimates;
  readonly cooldowns: Cooldowns;
}

/** A scaling policy with the alarms that trigger it, as they were last evaluated. */
export interface PolicyReading {
  readonly policy: ScalingPolicy;
  readonly alarms: readonly AlarmReading[];
}

/** What one alarm says to the policy that it triggers. */
export interface AlarmReading {
  readonly alarmName: string;
  readonly state: AlarmState;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** The metric's most recent datapoint, in the statistic that the policy asks for; absent where there is none. */
  readonly value?: number;
  /** When that datapoint's period began; absent where it is not known. */
  readonly measuredSince?: number;
  /** Whether the alarm acts now: it has just gone into ALARM, or has stood in it for another period of repetition. */
  readonly isDue: boolean;
}

/** The least that may be asked for: busy and starting instances are out of reach. */
export function unreachable(observation: Pick<ScalingObservation, 'busy' | 'starting'>): number {
  return observation.busy + observation.starting;
}

/** `a backlog of 5 (3 queued, 2 running)`, for sentences. */
export function describeBacklog(backlog: Backlog): string {
  return `a backlog of ${backlogSize(backlog)} (${backlog.queued} queued, ${backlog.running} running)`;
}

/** Whether there is no instance, none on its way and none asked for. */
export function isAtZero({ desired, inService, starting }: ScalingObservation): boolean {
  return desired + inService + starting === 0;
}
