import type { AlarmState, ComparisonOperator } from '../alarm/alarm.js';
import { type Backlog, backlogSize } from '../invocation/backlog.js';
import type { WakeOrder } from '../endpoint/variant.js';
import type { GateState } from '../endpoint/endpoint-gates.js';
import type { ScalingPromise } from './promise.js';
import type { CapacityBounds, Cooldowns } from './scalable-target.js';
import type { ScalingPolicy } from './scaling-policy.js';
import type { VariantEstimates } from '../learning/variant-history.js';

/**
 * The pace at which policies are evaluated: `aws` is SageMaker's own, on periods of a minute; `fast` does the same
 * arithmetic on periods of a second.
 */
export type ScalingPace = 'aws' | 'fast';

/** The facts that a scaling decision may use. Times are milliseconds since the epoch. */
export interface ScalingObservation {
  readonly now: number;
  /** The work to do; while dispatch is paused, queued invocations are not part of it. */
  readonly backlog: Backlog;
  /** Absent means open. */
  readonly dispatch?: GateState;
  readonly wakeOrder?: WakeOrder;
  /** The capacity that the last decision, or a user, asked for. */
  readonly desired: number;
  /** Instances that are launched and not yet in service. They count once, as capacity on its way. */
  readonly starting: number;
  readonly inService: number;
  /** How many of the instances in service run an invocation. */
  readonly busy: number;
  /** Since when each idle instance in service has been idle, in no order. */
  readonly idleSince: readonly number[];
  /** When each starting instance was launched, in no order. */
  readonly startingSince: readonly number[];
  /** How long the running invocations have been running, summed up. */
  readonly runningForMs: number;
  readonly slotsPerInstance: number;
  readonly bounds: CapacityBounds;
  readonly pace: ScalingPace;
  /** The promise that holds if there is no scaling policy. */
  readonly promise: ScalingPromise;
  /** How long an idle instance is kept at most. */
  readonly maxKeepWarmMs: number;
  readonly estimates: VariantEstimates;
  readonly cooldowns: Cooldowns;
}

/** A scaling policy with the alarms that trigger it, as they were last evaluated. */
export interface PolicyReading {
  readonly policy: ScalingPolicy;
  readonly alarms: readonly AlarmReading[];
}

/** The reading of one alarm, for the policy that it triggers. */
export interface AlarmReading {
  readonly alarmName: string;
  readonly state: AlarmState;
  readonly comparison: ComparisonOperator;
  readonly threshold: number;
  /** The metric's most recent datapoint, in the statistic that the policy uses; absent if there is none. */
  readonly value?: number;
  /** When that datapoint's period began; absent if it is not known. */
  readonly measuredSince?: number;
  /** Whether the alarm acts now: it has just gone into ALARM, or has stayed in it for another repetition period. */
  readonly isDue: boolean;
}

/** Returns the least capacity that may be asked for, because busy and starting instances are out of reach. */
export function unreachable(observation: Pick<ScalingObservation, 'busy' | 'starting'>): number {
  return observation.busy + observation.starting;
}

/** Describes a backlog for sentences: `a backlog of 5 (3 queued, 2 running)`. */
export function describeBacklog(backlog: Backlog): string {
  return `a backlog of ${backlogSize(backlog)} (${backlog.queued} queued, ${backlog.running} running)`;
}

/** Returns whether there is no instance, none on its way and none asked for. */
export function isAtZero({ desired, inService, starting }: ScalingObservation): boolean {
  return desired + inService + starting === 0;
}
