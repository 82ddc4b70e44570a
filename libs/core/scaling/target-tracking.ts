import type { ScalingObservation } from './scaling-observation.js';
import type { TargetTracking } from './scaling-policy.js';

/** Scaling in gives back at most this share of the capacity at once, but at least one instance. */
const GREATEST_SHARE_IN = 0.5;
/** What binary fractions add by mistake must not buy an instance. */
const TOLERANCE = 1e-9;

/**
 * The capacity that brings the metric to its target, in proportion and rounded up. `under` is the capacity that
 * the metric was measured under. AWS does not publish its formula; this is the one that its behaviour shows.
 */
export function trackedCapacity(rule: TargetTracking, value: number, under: number): number {
  return Math.max(0, Math.ceil((under * value) / rule.targetValue - TOLERANCE));
}

/**
 * The capacity to scale in to: never fewer than are `needed` to keep the metric at its target, and no more than half of
 * the current ones less at once. It is `current` where taking away a single instance would be too much. To zero it goes
 * only on real zeros, since anything above zero needs an instance.
 */
export function trackedCapacityIn(needed: number, current: number): number {
  const leastAtOnce = current - Math.max(1, Math.floor(current * GREATEST_SHARE_IN));
  return Math.min(current, Math.max(needed, leastAtOnce));
}

/**
 * The capacity that a datapoint was measured under: what is in service, or, where a policy's change was completed only
 * after its period had begun, what there was before that. Otherwise what a change has just relieved would be counted
 * once more, for each instance that it added.
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

/** The low alarm of a target-tracking policy stands a tenth below the target. */
export const LOW_ALARM_SHARE = 0.9;
export const HIGH_ALARM_PERIODS = 3;
export const LOW_ALARM_PERIODS = 15;
export const TRACKING_ALARM_PERIOD_SECONDS = 60;
