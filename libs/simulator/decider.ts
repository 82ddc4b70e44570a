import type { CapacityBounds } from '../core/scaling/scalable-target.js';
import type { ScalingObservation } from '../core/scaling/scaling-observation.js';

/**
 * What a decider may see of the simulated variant, at this moment, in milliseconds since the trace began. It changes
 * under whoever keeps it.
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
  /** How many waited, and how many ran, summed over all the time so far: what averages over a while are made of. */
  readonly queuedMs: number;
  readonly runningMs: number;
  readonly bounds: Pick<CapacityBounds, 'minimum' | 'maximum'>;
}

/** An answer, and when to ask again whatever happens; absent where only an event can change it. */
export interface Look {
  readonly desired: number;
  readonly lookAgainAt?: number;
}

/** Whoever says how many instances there shall be: Ebb, or one of those it is compared with. Made anew for each run. */
export interface Decider {
  /** Whether what has just happened calls for a look now, rather than at the time last asked for. */
  isRousedBy(situation: Situation): boolean;
  look(situation: Situation): Look;
  /** What those who learn are told. */
  accepted?(count: number, now: number): void;
  served?(serviceMs: number, now: number): void;
  started?(startMs: number, now: number): void;
}

export function clamp(desired: number, { minimum, maximum }: Situation['bounds']): number {
  return Math.min(maximum, Math.max(minimum, desired));
}
