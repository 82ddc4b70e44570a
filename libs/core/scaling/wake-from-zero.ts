import { backlogSize } from '../invocation/backlog.js';
import { type PolicyReading, type ScalingObservation, describeBacklog, isAtZero } from './scaling-observation.js';
import type { ScalingPolicy } from './scaling-policy.js';
import type { ScalingProposal } from './policy-proposals.js';
import { trackedCapacity } from './target-tracking.js';

/**
 * At SageMaker's pace a backlog at zero instances first waits for the policies: the minute in which it began, two full
 * ones as in AWS's own recipe, and one in which the alarm acts.
 */
const WAKE_PATIENCE_MS = 240_000;

/**
 * What is woken counts as added until it is there: a step policy on the backlog without capacity, which cannot see what
 * is starting, must not add to it.
 */
const WAKING = { name: 'wake', cooldownMs: 0 };

/**
 * A variant at zero with work to do is woken whatever its policies are, since target tracking by itself cannot leave
 * zero. At the fast pace it is woken to what a policy on its backlog would have, and to more as the backlog grows until
 * the first instance is in service; at SageMaker's pace by one instance, when the policies have had their time.
 */
export function wakeProposals(observation: ScalingObservation, readings: readonly PolicyReading[]): ScalingProposal[] {
  const { backlog, desired, now, pace } = observation;
  const wakeAt = wakesAt(observation);
  if (wakeAt === undefined || now < wakeAt) return [];
  const counts = pace === 'aws' ? [] : readings.map(({ policy }) => wantedByBacklog(policy, backlogSize(backlog)));
  const wants = Math.max(1, ...counts);
  if (wants <= desired) return [];
  return [{ by: 'wake', wants, grants: wants, because: `${describeBacklog(backlog)} has no instance`, policy: WAKING }];
}

/** From when on a backlog wakes the variant; absent where there is none, or somebody to work on it. */
export function wakesAt(observation: ScalingObservation): number | undefined {
  const { backlog, inService, now, pace } = observation;
  if (backlog.queued === 0) return undefined;
  if (pace === 'aws' ? !isAtZero(observation) : inService > 0) return undefined;
  return pace === 'aws' ? (backlog.oldestAcceptedAt ?? now) + WAKE_PATIENCE_MS : now;
}

function wantedByBacklog({ rule }: ScalingPolicy, size: number): number {
  if (rule.kind !== 'TargetTrackingScaling' || rule.metric.kind !== 'customized') return 0;
  const isBacklog = rule.metric.metric.name === 'ApproximateBacklogSizePerInstance';
  return isBacklog ? trackedCapacity(rule, size, 1) : 0;
}
