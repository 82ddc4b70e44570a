import { backlogSize } from './backlog.js';
import { isCoolingDown } from './scalable-target.js';
import {
  type AlarmReading,
  type NotScaledCode,
  type NotScaledReason,
  type PolicyReading,
  type ScalingDecision,
  type ScalingObservation,
  describeBacklog,
  unreachable,
} from './scaling-observation.js';
import type { ScalingPolicy, StepScaling, TargetTracking } from './scaling-policy.js';
import { steppedCapacity } from './step-scaling.js';
import { trackedCapacity, trackedCapacityIn } from './target-tracking.js';

/** What one alarm makes its policy want, or what Ebb wants in spite of all policies. */
interface Proposal {
  readonly by: string;
  readonly wants: number;
  readonly because: string;
  readonly policy?: { readonly name: string; readonly cooldownMs: number };
  /** Why it cannot be had now. */
  readonly refusal?: NotScaledCode;
}

/** At SageMaker's pace a backlog at zero instances first waits for the policies: two periods, as in AWS's own recipe. */
const WAKE_PATIENCE_MS = 120_000;

/**
 * Application Auto Scaling's way with several policies: out if any of them wants it, to the most that any wants; in
 * only if every target-tracking policy that may scale in agrees, though a step policy is not held back by those.
 * Whatever the policies say, a backlog without any instance wakes the variant.
 */
export function decideByPolicies(observation: ScalingObservation, readings: readonly PolicyReading[]): ScalingDecision {
  const { desired } = observation;
  const isAnythingDue = readings.some(({ alarms }) => alarms.some(({ isDue }) => isDue));
  const proposals = [
    ...(isAnythingDue ? agreed(observation, readings) : []),
    ...wakeProposal(observation, readings),
  ].map((proposal) => checked(observation, proposal));
  const possible = proposals.filter(({ refusal, wants }) => refusal === undefined && wants !== desired);
  const chosen = most(possible.filter(({ wants }) => wants > desired)) ?? most(possible);
  return {
    desired: chosen?.wants ?? desired,
    cause: chosen?.because ?? proposals.at(-1)?.because ?? 'no policy asks for a change',
    answers: proposals.map(({ by, wants, because }) => ({ by, wants, because })),
    notScaledReasons: chosen ? [] : reasonsOf(observation, proposals),
    policy: chosen?.policy,
  };
}

/** What the policies want. A scale-in by target tracking stands only where all of its kind agree. */
function agreed(observation: ScalingObservation, readings: readonly PolicyReading[]): Proposal[] {
  const steps: Proposal[] = [];
  const outs: Proposal[] = [];
  const ins: Proposal[] = [];
  let mayScaleIn = true;
  for (const { policy, alarms } of readings) {
    const { rule } = policy;
    if (rule.kind === 'StepScaling') {
      steps.push(...alarms.flatMap((alarm) => stepProposal(observation, policy, rule, alarm)));
      continue;
    }
    outs.push(...alarms.flatMap((alarm) => trackingOut(observation, policy, rule, alarm)));
    if (rule.disableScaleIn) continue;
    const own = alarms.flatMap((alarm) => trackingIn(observation, policy, rule, alarm));
    mayScaleIn &&= own.some(({ refusal }) => refusal === undefined);
    ins.push(...own);
  }
  return [...steps, ...outs, ...(mayScaleIn ? ins : ins.map(vetoed))];
}

function vetoed(proposal: Proposal): Proposal {
  if (proposal.refusal) return proposal;
  return { ...proposal, refusal: 'AlreadyAtDesiredCapacity', because: `${proposal.because}, and others do not agree` };
}

function stepProposal(
  observation: ScalingObservation,
  policy: ScalingPolicy,
  rule: StepScaling,
  alarm: AlarmReading,
): Proposal[] {
  const { desired } = observation;
  if (!alarm.isDue || alarm.state !== 'ALARM' || alarm.value === undefined) return [];
  const stepped = steppedCapacity(rule, { ...alarm, value: alarm.value }, desired);
  if (stepped === undefined) return [];
  const wants = stepped > desired ? credited(observation, stepped, desired) : stepped;
  return [proposalOf(policy, alarm, wants, rule.cooldownMs, isHeld(observation, stepped, wants))];
}

function trackingOut(
  observation: ScalingObservation,
  policy: ScalingPolicy,
  rule: TargetTracking,
  alarm: AlarmReading,
): Proposal[] {
  const { desired, inService } = observation;
  const isHigh = alarm.comparison.startsWith('Greater');
  if (!isHigh || !alarm.isDue || alarm.state !== 'ALARM' || alarm.value === undefined) return [];
  // By itself target tracking cannot leave zero: a proportion of nothing is nothing.
  if (desired === 0) return [];
  const measuredUnder = Math.max(1, inService);
  const tracked = trackedCapacity(rule, alarm.value, measuredUnder);
  if (tracked <= desired) return [];
  const wants = credited(observation, tracked, measuredUnder);
  return [proposalOf(policy, alarm, wants, rule.scaleOutCooldownMs, isHeld(observation, tracked, wants))];
}

function trackingIn(
  observation: ScalingObservation,
  policy: ScalingPolicy,
  rule: TargetTracking,
  alarm: AlarmReading,
): Proposal[] {
  const { desired } = observation;
  const isLow = alarm.comparison.startsWith('Less');
  if (!isLow || alarm.state !== 'ALARM' || alarm.value === undefined) return [];
  const wants = trackedCapacityIn(rule, alarm.value, desired);
  const refusal = wants === desired && desired > 0 ? 'AutoScalingAnticipatedFlapping' : undefined;
  return [proposalOf(policy, alarm, wants, rule.scaleInCooldownMs, refusal ?? isHeld(observation, wants, wants))];
}

/**
 * Within a scale-out cooldown what has been added already counts towards the next change: only what exceeds it is
 * added. `base` is the capacity that the change was computed from.
 */
function credited({ cooldowns, desired, now }: ScalingObservation, wanted: number, base: number): number {
  const last = cooldowns.out;
  if (!last || !isCoolingDown(last, now)) return wanted;
  const added = last.to - last.from;
  const counted = Math.min(added, Math.max(0, base - last.from));
  return Math.max(desired, wanted - counted);
}

/** Whether a cooldown leaves nothing of what was wanted. */
function isHeld(observation: ScalingObservation, wanted: number, left: number): NotScaledCode | undefined {
  const { cooldowns, desired, now } = observation;
  if (wanted > desired && left <= desired) return 'CoolingDown';
  return wanted < desired && isCoolingDown(cooldowns.in, now) ? 'CoolingDown' : undefined;
}

function proposalOf(
  { name }: ScalingPolicy,
  { alarmName }: AlarmReading,
  wants: number,
  cooldownMs: number,
  refusal: NotScaledCode | undefined,
): Proposal {
  const because = `monitor alarm ${alarmName} in state ALARM triggered policy ${name}`;
  return { by: name, wants, because, policy: { name, cooldownMs }, ...(refusal && { refusal }) };
}

/**
 * A variant at zero with work to do is woken: to what a policy on its backlog would have, or, at SageMaker's pace, by
 * one instance, when its policies have had their time.
 */
function wakeProposal(observation: ScalingObservation, readings: readonly PolicyReading[]): Proposal[] {
  const { backlog, desired, inService, now, pace, starting } = observation;
  if (desired + starting + inService > 0 || backlog.queued === 0) return [];
  if (pace === 'aws' && now - (backlog.oldestAcceptedAt ?? now) < WAKE_PATIENCE_MS) return [];
  const counts = pace === 'aws' ? [] : readings.map(({ policy }) => wantedByBacklog(policy, backlogSize(backlog)));
  const wants = Math.max(1, ...counts);
  return [{ by: 'wake', wants, because: `${describeBacklog(backlog)} has no instance` }];
}

function wantedByBacklog({ rule }: ScalingPolicy, size: number): number {
  if (rule.kind !== 'TargetTrackingScaling' || rule.metric.kind !== 'customized') return 0;
  const isBacklog = rule.metric.metric.name === 'ApproximateBacklogSizePerInstance';
  return isBacklog ? trackedCapacity(rule, size, 1) : 0;
}

/** What the bounds, the suspensions and the instances at work leave of a proposal. */
function checked(observation: ScalingObservation, proposal: Proposal): Proposal {
  const { bounds, desired } = observation;
  if (proposal.refusal) return proposal;
  if (proposal.wants > desired) {
    if (bounds.suspended.dynamicScalingOut) return { ...proposal, refusal: 'ScalingSuspended' };
    const wants = Math.min(proposal.wants, bounds.maximum);
    return wants > desired ? { ...proposal, wants } : { ...proposal, refusal: 'AlreadyAtMaxCapacity' };
  }
  if (proposal.wants === desired) {
    return { ...proposal, refusal: desired === 0 ? 'AlreadyAtMinCapacity' : 'AlreadyAtDesiredCapacity' };
  }
  if (bounds.suspended.dynamicScalingIn) return { ...proposal, refusal: 'ScalingSuspended' };
  if (desired <= bounds.minimum) return { ...proposal, refusal: 'AlreadyAtMinCapacity' };
  const wants = Math.max(proposal.wants, bounds.minimum, unreachable(observation));
  return wants < desired ? { ...proposal, wants } : { ...proposal, refusal: 'InstancesBusy' };
}

/** The proposal with the most capacity; the first among equals. */
function most(proposals: readonly Proposal[]): Proposal | undefined {
  return proposals.reduce<Proposal | undefined>(
    (best, proposal) => (best === undefined || proposal.wants > best.wants ? proposal : best),
    undefined,
  );
}

function reasonsOf({ bounds, desired }: ScalingObservation, proposals: readonly Proposal[]): NotScaledReason[] {
  const codes = new Set(proposals.flatMap(({ refusal }) => refusal ?? []));
  return [...codes].map((code) => ({
    code,
    currentCapacity: desired,
    ...(code === 'AlreadyAtMaxCapacity' && { maxCapacity: bounds.maximum }),
    ...(code === 'AlreadyAtMinCapacity' && { minCapacity: bounds.minimum }),
  }));
}
