import type { WakeOrder } from '../endpoint/variant.js';
import { counted } from '../in-words.js';
import { decideByPolicies, nextPolicyDecisionAt } from './policy-decision.js';
import { decideByPromise, nextPromiseDecisionAt } from './promise-policy.js';
import type { ScalingDecision } from './scaling-answer.js';
import { orderInForce } from './wake-order.js';
import { type PolicyReading, type ScalingObservation, unreachable } from './scaling-observation.js';

/**
 * Decides how many instances a variant should have, and why. Scaling policies decide, with the exact meaning of
 * Application Auto Scaling; without any, the promise decides. The decision never goes beyond the bounds. It never
 * reduces the count below the busy and starting instances, which are out of reach until they are idle. An operator's
 * order to wake the variant comes before policies and promise.
 */
export function decide(observation: ScalingObservation, readings: readonly PolicyReading[] = []): ScalingDecision {
  const { bounds, desired } = observation;
  const current = observation.starting + observation.inService;
  if (Math.max(desired, current) > bounds.maximum) {
    return boundedTo(
      Math.max(bounds.maximum, unreachable(observation)),
      bounds.maximum,
      `maximum capacity was set to ${bounds.maximum}`,
    );
  }
  const byRules = decideByRules(observation, readings);
  const order = orderInForce(observation);
  const isOrdered = order !== undefined && order.instances > Math.max(current, byRules.desired);
  const decision = isOrdered ? ordered(order) : byRules;
  if (decision.desired >= bounds.minimum) return decision;
  return boundedTo(bounds.minimum, bounds.minimum, `minimum capacity was set to ${bounds.minimum}`);
}

/** Returns when the passage of time alone could change the decision; absent if only an event can. */
export function nextDecisionAt(
  observation: ScalingObservation,
  readings: readonly PolicyReading[] = [],
): number | undefined {
  return readings.length > 0 ? nextPolicyDecisionAt(observation) : nextPromiseDecisionAt(observation);
}

function decideByRules(observation: ScalingObservation, readings: readonly PolicyReading[]): ScalingDecision {
  return readings.length > 0 ? decideByPolicies(observation, readings) : decideByPromise(observation);
}

function ordered({ by, instances }: WakeOrder): ScalingDecision {
  const because = `${by} asked for ${counted(instances, 'instance')} at once`;
  return {
    desired: instances,
    cause: because,
    answers: [{ by: 'operator', wants: instances, because }],
    notScaledReasons: [],
  };
}

function boundedTo(desired: number, bound: number, because: string): ScalingDecision {
  return { desired, cause: because, answers: [{ by: 'bounds', wants: bound, because }], notScaledReasons: [] };
}
