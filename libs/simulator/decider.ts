import type { CapacityBounds } from '../core/scaling/scalable-target.js';
import type { ScalingObservation } from '../core/scaling/scaling-observation.js';

/**
 * The state of the simulated variant that a decider may see at one moment, in milliseconds since the trace began. The
 * object changes as the simulation goes on.
 */
export interface Situation extends Pick<
  ScalingObservation,
  | 'now'
  | 'backlog'
  | 'desired'
  | 'starting'
  | 'inService'
  | 'busy'
  | 'idleSince'
  | 'startingSince'
  | 'runningForMs'
  | 'slotsPerInstance'
> {
  /**
   * The counts of queued and of running invocations, summed over time, from which averages over a window are computed.
   */
  readonly queuedMs: number;
  readonly runningMs: number;
  readonly bounds: Pick<CapacityBounds, 'minimum' | 'maximum'>;
}

/**
 * A decision, and the time of the next look if no event comes first; absent if only an event can change the decision.
 */
export interface Look {
  readonly desired: number;
  readonly lookAgainAt?: number;
}

/** Decides on the number of instances: Ebb, or an autoscaler that it is compared with. Made anew for each run. */
export interface Decider {
  /** Tells whether the latest event calls for a look now, rather than at the time last asked for. */
  isRousedBy(situation: Situation): boolean;
  look(situation: Situation): Look;
  /** Observations for deciders that learn. */
  accepted?(count: number, now: number): void;
  served?(serviceMs: number, now: number): void;
  started?(startMs: number, now: number): void;
}

/** Limits a desired count to the bounds. */
export function clamp(desired: number, { minimum, maximum }: Situation['bounds']): number {
  return Math.min(maximum, Math.max(minimum, desired));
}
