import { type CapacityBounds, NOT_SUSPENDED, NO_COOLDOWNS } from '../../libs/core/scaling/scalable-target.js';
import type { ScalingObservation } from '../../libs/core/scaling/scaling-observation.js';

export const NOW = 1_000_000_000;

export function bounds(minimum: number, maximum: number, of: Partial<CapacityBounds> = {}): CapacityBounds {
  return { minimum, maximum, source: 'scalable target', suspended: NOT_SUSPENDED, ...of };
}

/** What a decision sees of a variant that has nothing and is to have at most ten, except for what is said. */
export function observation(of: Partial<ScalingObservation> = {}): ScalingObservation {
  const { starting = 0, inService = 0 } = of;
  return {
    now: NOW,
    backlog: { queued: 0, running: 0 },
    desired: starting + inService,
    starting,
    inService,
    busy: 0,
    idleSince: [],
    startingSince: Array.from({ length: starting }, () => NOW),
    runningForMs: 0,
    slotsPerInstance: 1,
    bounds: bounds(0, 10),
    pace: 'fast',
    promise: { kind: 'start', withinMs: 0 },
    maxKeepWarmMs: 300_000,
    estimates: {},
    cooldowns: NO_COOLDOWNS,
    ...of,
  };
}
