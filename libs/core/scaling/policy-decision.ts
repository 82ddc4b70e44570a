import { type ScalingProposal, policyProposals } from './policy-proposals.js';
import { isCoolingDown } from './scalable-target.js';
import type { NotScaledCode, NotScaledReason, ScalingDecision } from './scaling-answer.js';
import { type PolicyReading, type ScalingObservation, unreachable } from './scaling-observation.js';
import { wakeProposals, wakesAt } from './wake-from-zero.js';

/** A proposal with what comes of it: a capacity that can be had, or why there is none. */
interface Outcome {
  readonly proposal: ScalingProposal;
  readonly capacity: number;
  readonly refusal?: NotScaledCode;
}

/**
 * Application Auto Scaling's way with several policies: out if any of them wants it, and in if none wants out and those
 * that track a target agree; of several answers the one with the most capacity. Whatever the policies say, a backlog
 * without any instance wakes the variant.
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

/** When a backlog that the policies leave alone wakes the variant; all else they do when their alarms act. */
export function nextPolicyDecisionAt(observation: ScalingObservation): number | undefined {
  const at = wakesAt(observation);
  return at !== undefined && at > observation.now ? at : undefined;
}

/** What the bounds, the suspensions, the cooldowns and the instances at work leave of a proposal. */
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

/** Also where all that is wanted is what is there. */
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

/** The one with the most capacity; the first among equals. */
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
