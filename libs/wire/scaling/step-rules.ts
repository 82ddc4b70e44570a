import { EbbError } from '../../core/errors.js';
import type { AdjustmentType, StepAdjustment } from '../../core/scaling/scaling-policy.js';

const MAX_STEPS = 20;

/**
 * Checks the steps of one policy by the rules of Application Auto Scaling, and reports violations in its wording.
 * Together the steps cover one range without gaps. The range reaches to infinity on each side of the threshold that it
 * touches.
 */
export function checkSteps(steps: readonly StepAdjustment[], adjustmentType: AdjustmentType): void {
  if (steps.length === 0) throw invalid('There must be at least one step adjustment');
  if (steps.length > MAX_STEPS) {
    throw new EbbError('LimitExceeded', `There can be at most ${MAX_STEPS} step adjustments per scaling policy`);
  }
  if (adjustmentType === 'ExactCapacity' && steps.some(({ adjustment }) => adjustment < 0)) {
    throw invalid('Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity');
  }
  checkOpenBounds(steps);
  checkIntervals(steps);
}

function checkOpenBounds(steps: readonly StepAdjustment[]): void {
  const openBelow = steps.filter(({ lowerBound }) => lowerBound === undefined);
  const openAbove = steps.filter(({ upperBound }) => upperBound === undefined);
  if (openBelow.some(({ upperBound }) => upperBound === undefined)) {
    throw invalid('Both lower and upper bounds of a step adjustment cannot be left unspecified');
  }
  if (openBelow.length > 1) throw invalid('At most one step adjustment may have an unspecified lower bound');
  if (openAbove.length > 1) throw invalid('At most one step adjustment may have an unspecified upper bound');
  if (openBelow.length === 0 && steps.some(({ lowerBound }) => lowerBound! < 0)) {
    throw invalid(
      'There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative ' +
        'lower bound',
    );
  }
  if (openAbove.length === 0 && steps.some(({ upperBound }) => upperBound! > 0)) {
    throw invalid(
      'There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive ' +
        'upper bound',
    );
  }
}

function checkIntervals(steps: readonly StepAdjustment[]): void {
  const intervals = steps
    .map(({ lowerBound = -Infinity, upperBound = Infinity }) => ({ lowerBound, upperBound }))
    .sort((a, b) => (a.lowerBound < b.lowerBound ? -1 : Number(a.lowerBound > b.lowerBound)));
  for (const [index, { lowerBound, upperBound }] of intervals.entries()) {
    if (lowerBound >= upperBound) {
      throw invalid('The upper bound of a step adjustment must be greater than its lower bound');
    }
    const before = intervals[index - 1];
    if (before && before.upperBound > lowerBound) throw invalid('Step adjustment intervals cannot overlap');
    if (before && before.upperBound < lowerBound) {
      throw invalid('Step adjustment intervals cannot have gaps between them');
    }
  }
}

function invalid(message: string): EbbError {
  return new EbbError('InvalidRequest', message);
}
