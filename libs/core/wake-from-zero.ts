import { backlogSize } from './backlog.js';
import { type PolicyReading, type ScalingObservation, describeBacklog } from './scaling-observation.js';
import type { ScalingPolicy } from './scaling-policy.js';
import type { ScalingProposal } from './scaling-proposal.js';
import { trackedCapacity } from './target-tracking.js';

/** At SageMaker's pace a backlog at zero instances first waits for the policies: two periods, as in AWS's own recipe. */
const WAKE_PATIENCE_MS = 120_000;

/**
 * What is woken counts as added until it is there: a step policy on the backlog without capacity, which cannot see what
 * is starting, must not add to it.
 */
const WAKING = { name: 'wake', cooldownMs: 0 };

/**
 * A variant at zero with work to do is woken whatever its policies are, since target tracking by itself cannot leave
 * zero: to what a policy on its backlog would have, or, at SageMaker's pace, by one instance, when the policies have had
 * their time.
 */
export function wakeProposals(observation: ScalingObservation, readings: readonly PolicyReading[]): ScalingProposal[] {
  const { backlog, now, pace } = observation;
  const wakeAt = wakesAt(observation);
  if (wakeAt === undefined || now < wakeAt) return [];
  const counts = pace === 'aws' ? [] : readings.map(({ policy }) => wantedByBacklog(policy, backlogSize(backlog)));
  const wants = Math.max(1, ...counts);
  return [{ by: 'wake', wants, grants: wants, because: `${describeBacklog(backlog)} has no instance`, policy: WAKING }];
}

/** From when on a backlog wakes the variant; absent where it has none, or has an instance or is to have one. */
export function wakesAt(observation: ScalingObservation): number | undefined {
  const { backlog, now, pace } = observation;
  if (!isAtZero(observation) || backlog.queued === 0) return undefined;
  return pace === 'aws' ? (backlog.oldestAcceptedAt ?? now) + WAKE_PATIENCE_MS : now;
}

/** Whether there is no instance, none on its way and none asked for. */
export function isAtZero({ desired, inService, starting }: ScalingObservation): boolean {
  return desired + inService + starting === 0;
}

function wantedByBacklog({ rule }: ScalingPolicy, size: number): number {
  if (rule.kind !== 'TargetTrackingScaling' || rule.metric.kind !== 'customized') return 0;
  const isBacklog = rule.metric.metric.name === 'ApproximateBacklogSizePerInstance';
  return isBacklog ? trackedCapacity(rule, size, 1) : 0;
}
