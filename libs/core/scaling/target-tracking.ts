import type { ScalingObservation } from './scaling-observation.js';
import type { TargetTracking } from './scaling-policy.js';

/** The largest share of the capacity that one scale-in gives back; it may always give back one instance. */
const GREATEST_SHARE_IN = 0.5;
/** A rounding error of binary fractions must not add an instance. */
const TOLERANCE = 1e-9;

/**
 * Returns the capacity that brings the metric to its target, in proportion and rounded up. `under` is the capacity that
 * the metric was measured under. AWS does not publish its formula; this is the one that its behaviour shows.
 */
export function trackedCapacity(rule: TargetTracking, value: number, under: number): number {
  return Math.max(0, Math.ceil((under * value) / rule.targetValue - TOLERANCE));
}

/**
 * Returns the capacity to scale in to: at least as many as are `needed` to keep the metric at its target, and at most
 * half of the current ones fewer at once. It is `current` if taking away a single instance would be too much. It goes
 * to zero only if the metric is exactly zero, because any value above zero needs an instance.
 */
export function trackedCapacityIn(needed: number, current: number): number {
  const leastAtOnce = current - Math.max(1, Math.floor(current * GREATEST_SHARE_IN));
  return Math.min(current, Math.max(needed, leastAtOnce));
}

/**
 * Returns the capacity that a datapoint was measured under. It is the instances in service or, if a policy's change was
 * completed only after the datapoint's period had begun, the capacity before that change. Otherwise load that a change
 * has just relieved would be counted once more, for each instance that the change added.
 */
export function measuredUnder(
  { cooldowns, inService }: Pick<ScalingObservation, 'cooldowns' | 'inService'>,
  measuredSince = Infinity,
): number {
  const change = [cooldowns.out, cooldowns.in].find(
    (step) => step !== undefined && (step.completedAt === undefined || measuredSince < step.completedAt),
  );
  return Math.max(1, change?.from ?? inService);
}

/** The threshold of a target-tracking policy's low alarm, as a share of its target. */
export const LOW_ALARM_SHARE = 0.9;
export const HIGH_ALARM_PERIODS = 3;
export const LOW_ALARM_PERIODS = 15;
export const TRACKING_ALARM_PERIOD_SECONDS = 60;
