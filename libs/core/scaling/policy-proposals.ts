import { addedWithinCooldown } from './scalable-target.js';
import type { NotScaledCode } from './scaling-answer.js';
import { type AlarmReading, type PolicyReading, type ScalingObservation, isAtZero } from './scaling-observation.js';
import type { ScalingPolicy, StepScaling, TargetTracking } from './scaling-policy.js';
import { steppedCapacity } from './step-scaling.js';
import { measuredUnder, trackedCapacity, trackedCapacityIn } from './target-tracking.js';

/** A change of capacity that a policy, or Ebb itself, proposes. */
export interface ScalingProposal {
  /** The policy's name, or `wake`. */
  readonly by: string;
  /** The wanted capacity, without regard to the bounds. */
  readonly wants: number;
  /** The rest of it, when capacity that was added lately and is still cooling down counts. */
  readonly grants: number;
  readonly because: string;
  /** Why its own policy, or the other policies, object to it. */
  readonly objection?: NotScaledCode;
  /** The policy whose cooldown the change begins. */
  readonly policy: { readonly name: string; readonly cooldownMs: number };
}

/** A change that an alarm in ALARM makes its policy want. */
interface Wish extends ScalingProposal {
  readonly rule: StepScaling | TargetTracking;
  readonly direction: 'out' | 'in';
  /** Whether the alarm acts now. If it does not, the wish changes nothing, but still speaks against a scale-in. */
  readonly isDue: boolean;
}

/**
 * Returns the proposals of the policies whose alarms act now. A wish for at least the present capacity rules out every
 * scale-in. A scale-in by target tracking also needs all policies that may scale in to agree.
 */
export function policyProposals(
  observation: ScalingObservation,
  readings: readonly PolicyReading[],
): ScalingProposal[] {
  const wishes = readings.flatMap((reading) => wishesOf(observation, reading));
  const tracking = wishes.filter(({ direction, rule }) => direction === 'in' && rule.kind === 'TargetTrackingScaling');
  const isTrackingDue = tracking.some(({ isDue }) => isDue);
  const isTrackingAgreed = doAllAgree(observation, readings, tracking);
  const isNoLessWanted = wishes.some(({ direction, wants }) => direction === 'out' && wants >= observation.desired);
  return wishes
    .filter((wish) => wish.isDue || (isTrackingDue && tracking.includes(wish)))
    .map((wish) => {
      if (wish.direction === 'out' || wish.objection) return wish;
      if (isNoLessWanted) return vetoed(wish, 'another alarm asks for no less');
      return isTrackingAgreed || !tracking.includes(wish) ? wish : vetoed(wish, 'others do not agree');
    });
}

/**
 * A policy without data, or with an alarm that is not in ALARM, does not agree. A policy that may not scale in has no
 * say.
 */
function doAllAgree(
  { desired }: ScalingObservation,
  readings: readonly PolicyReading[],
  tracking: readonly Wish[],
): boolean {
  return readings.every(
    ({ policy: { name, rule } }) =>
      rule.kind === 'StepScaling' ||
      rule.disableScaleIn ||
      tracking.some(({ by, wants }) => by === name && wants < desired),
  );
}

function vetoed(wish: Wish, why: string): Wish {
  return { ...wish, objection: 'AlreadyAtDesiredCapacity', because: `${wish.because}, but ${why}` };
}

function wishesOf(observation: ScalingObservation, { alarms, policy }: PolicyReading): Wish[] {
  return alarms.flatMap((alarm) => {
    const { value } = alarm;
    if (alarm.state !== 'ALARM' || value === undefined) return [];
    const { rule } = policy;
    if (rule.kind === 'StepScaling') return stepWish(observation, policy, rule, { ...alarm, value });
    const isLow = alarm.comparison.startsWith('Less');
    return isLow
      ? trackingInWish(observation, policy, rule, { ...alarm, value })
      : trackingOutWish(observation, policy, rule, { ...alarm, value });
  });
}

type Measured = AlarmReading & { readonly value: number };

/** A step starts from the capacity that there was before the capacity that is still cooling down was added. */
function stepWish(
  { cooldowns, desired, now }: ScalingObservation,
  policy: ScalingPolicy,
  rule: StepScaling,
  alarm: Measured,
): Wish[] {
  const wants = steppedCapacity(rule, alarm, desired);
  if (wants === undefined) return [];
  if (wants < desired) return [wishOf(policy, alarm, 'in', { wants, cooldownMs: rule.cooldownMs })];
  const before = desired - addedWithinCooldown(cooldowns, desired, now);
  const grants = steppedCapacity(rule, alarm, before) ?? wants;
  return [wishOf(policy, alarm, 'out', { wants, grants, cooldownMs: rule.cooldownMs })];
}

/** Instances that were not in service when the metric was measured do not show in it, so they do not count as added. */
function trackingOutWish(
  observation: ScalingObservation,
  policy: ScalingPolicy,
  rule: TargetTracking,
  alarm: Measured,
): Wish[] {
  const { cooldowns, desired, now, starting } = observation;
  // Target tracking cannot leave zero, because a proportion of nothing is nothing.
  if (isAtZero(observation)) return [];
  const under = measuredUnder(observation, alarm.measuredSince);
  const tracked = trackedCapacity(rule, alarm.value, under);
  // The capacity on its way is enough, which is no refusal.
  if (tracked <= desired && starting > 0) return [];
  const wants = Math.max(desired, tracked);
  const grants = wants - addedWithinCooldown(cooldowns, under, now);
  return [wishOf(policy, alarm, 'out', { wants, grants, cooldownMs: rule.scaleOutCooldownMs })];
}

function trackingInWish(
  observation: ScalingObservation,
  policy: ScalingPolicy,
  rule: TargetTracking,
  alarm: Measured,
): Wish[] {
  if (rule.disableScaleIn) return [];
  const { desired, inService } = observation;
  // In doubt the metric was measured under more instances, so that none goes too early.
  const under = Math.max(inService, measuredUnder(observation, alarm.measuredSince));
  const needed = trackedCapacity(rule, alarm.value, under);
  const wants = trackedCapacityIn(needed, desired);
  const wish = wishOf(policy, alarm, 'in', { wants, cooldownMs: rule.scaleInCooldownMs });
  return [wants === desired && desired > 0 ? { ...wish, objection: 'AutoScalingAnticipatedFlapping' } : wish];
}

function wishOf(
  { name, rule }: ScalingPolicy,
  { alarmName, isDue }: AlarmReading,
  direction: Wish['direction'],
  { cooldownMs, wants, grants = wants }: { cooldownMs: number; wants: number; grants?: number },
): Wish {
  const because = `monitor alarm ${alarmName} in state ALARM triggered policy ${name}`;
  return { by: name, wants, grants, because, policy: { name, cooldownMs }, rule, direction, isDue };
}
