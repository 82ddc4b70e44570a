import { type ScalingProposal, policyProposals } from './policy-proposals.js';
import { isCoolingDown } from './scalable-target.js';
import type { NotScaledCode, NotScaledReason, ScalingDecision } from './scaling-answer.js';
import { type PolicyReading, type ScalingObservation, unreachable } from './scaling-observation.js';
import { wakeProposals, wakesAt } from './wake-from-zero.js';

/** A proposal with its outcome: a capacity that can be had, or why there is none. */
interface Outcome {
  readonly proposal: ScalingProposal;
  readonly capacity: number;
  readonly refusal?: NotScaledCode;
}

/**
 * Decides as Application Auto Scaling does with several policies. It scales out if any policy wants to. It scales in if
 * none wants to scale out and all policies that track a target agree. Of several answers the one with the most capacity
 * wins. A backlog without any instance wakes the variant, whatever the policies say.
 */
export function decideByPolicies(observation: ScalingObservation, readings: readonly PolicyReading[]): ScalingDecision {
  const proposals = [...policyProposals(observation, readings), ...wakeProposals(observation, readings)];
  const outcomes = proposals.map((proposal) => outcomeOf(observation, proposal));
  const possible = outcomes.filter(({ refusal }) => refusal === undefined);
  const chosen = most(possible);
  return {
    desired: chosen?.capacity ?? observation.desired,
    cause: chosen?.proposal.because ?? proposals.at(-1)?.because ?? 'no policy asks for a change',
    answers: proposals.map(({ by, wants, because }) => ({ by, wants, because })),
    notScaledReasons: chosen ? [] : reasonsOf(observation, outcomes),
    policy: chosen?.proposal.policy,
  };
}

/**
 * Returns when a backlog wakes the variant although its policies leave it alone. Policies do everything else when their
 * alarms act.
 */
export function nextPolicyDecisionAt(observation: ScalingObservation): number | undefined {
  const at = wakesAt(observation);
  return at !== undefined && at > observation.now ? at : undefined;
}

/** Returns what the bounds, suspensions, cooldowns and busy instances leave of a proposal. */
function outcomeOf(observation: ScalingObservation, proposal: ScalingProposal): Outcome {
  const { bounds, desired } = observation;
  const { grants, wants } = proposal;
  if (wants > desired) {
    return { proposal, capacity: Math.min(grants, bounds.maximum), refusal: refusalOut(observation, proposal) };
  }
  const capacity = Math.max(wants, bounds.minimum, unreachable(observation));
  const refusal = refusalIn(observation, proposal) ?? (capacity < desired ? undefined : 'InstancesBusy');
  return { proposal, capacity, refusal };
}

function refusalOut(
  { bounds, desired, dispatch }: ScalingObservation,
  { grants }: ScalingProposal,
): NotScaledCode | undefined {
  if (dispatch === 'paused') return 'DispatchPaused';
  if (bounds.suspended.dynamicScalingOut) return 'ScalingSuspended';
  if (desired >= bounds.maximum) return 'AlreadyAtMaxCapacity';
  return grants > desired ? undefined : 'CoolingDown';
}

/** Returns why a scale-in is refused, and why a proposal for the present capacity changes nothing. */
function refusalIn(
  { bounds, cooldowns, desired, now }: ScalingObservation,
  { objection, wants }: ScalingProposal,
): NotScaledCode | undefined {
  if (desired > 0 && wants === desired && !objection) return 'AlreadyAtDesiredCapacity';
  if (bounds.suspended.dynamicScalingIn) return 'ScalingSuspended';
  if (desired <= bounds.minimum) return 'AlreadyAtMinCapacity';
  if (objection) return objection;
  return isCoolingDown(cooldowns.in, now) ? 'CoolingDown' : undefined;
}

/** Returns the outcome with the most capacity; the first among equals. */
function most(outcomes: readonly Outcome[]): Outcome | undefined {
  return outcomes.reduce<Outcome | undefined>(
    (best, outcome) => (best === undefined || outcome.capacity > best.capacity ? outcome : best),
    undefined,
  );
}

function reasonsOf({ bounds, desired }: ScalingObservation, outcomes: readonly Outcome[]): NotScaledReason[] {
  const codes = new Set(outcomes.flatMap(({ refusal }) => refusal ?? []));
  return [...codes].map((code) => ({
    code,
    currentCapacity: desired,
    ...(code === 'AlreadyAtMaxCapacity' && { maxCapacity: bounds.maximum }),
    ...(code === 'AlreadyAtMinCapacity' && { minCapacity: bounds.minimum }),
  }));
}
