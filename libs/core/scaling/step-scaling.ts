import type { ComparisonOperator } from '../alarm/alarm.js';
import type { StepAdjustment, StepScaling } from './scaling-policy.js';

/** A metric's value against the alarm's threshold, with the comparison that shows on which side the alarm breaches. */
export interface Breach {
  readonly value: number;
  readonly threshold: number;
  readonly comparison: ComparisonOperator;
}

/**
 * Returns the capacity that the step for this breach leads to, without regard to the bounds; absent if no step is for
 * it.
 */
export function steppedCapacity(rule: StepScaling, breach: Breach, current: number): number | undefined {
  const step = rule.steps.find((candidate) => isFor(candidate, breach));
  if (!step) return undefined;
  switch (rule.adjustmentType) {
    case 'ExactCapacity':
      return Math.max(0, step.adjustment);
    case 'ChangeInCapacity':
      return Math.max(0, current + step.adjustment);
    case 'PercentChangeInCapacity':
      return Math.max(0, current + percentChange(rule, step.adjustment, current));
  }
}

/**
 * Returns whether a step is for a breach. A step includes the bound that is nearer to the threshold, whichever side the
 * alarm breaches on.
 */
function isFor({ lowerBound = -Infinity, upperBound = Infinity }: StepAdjustment, breach: Breach): boolean {
  const difference = breach.value - breach.threshold;
  const breachesAbove = breach.comparison.startsWith('Greater');
  return breachesAbove
    ? difference >= lowerBound && difference < upperBound
    : difference > lowerBound && difference <= upperBound;
}

/**
 * Returns a percentage in whole instances, rounded as Application Auto Scaling does: towards zero, but never to zero;
 * then at least the minimum magnitude in its direction.
 */
function percentChange({ minAdjustmentMagnitude = 0 }: StepScaling, percent: number, current: number): number {
  const exact = (current * percent) / 100;
  if (exact === 0) return Math.sign(percent) * minAdjustmentMagnitude;
  const rounded = Math.sign(exact) * Math.max(1, Math.floor(Math.abs(exact)));
  return Math.sign(rounded) * Math.max(Math.abs(rounded), minAdjustmentMagnitude);
}
