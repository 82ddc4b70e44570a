import { backlogSize } from '../invocation/backlog.js';
import { type PolicyReading, type ScalingObservation, describeBacklog, isAtZero } from './scaling-observation.js';
import type { ScalingPolicy } from './scaling-policy.js';
import type { ScalingProposal } from './policy-proposals.js';
import { trackedCapacity } from './target-tracking.js';

/**
 * How long a backlog at zero instances first waits for the policies at SageMaker's pace: the minute in which it began,
 * two full minutes as in AWS's own recipe, and one minute in which the alarm acts.
 */
const WAKE_PATIENCE_MS = 240_000;

/**
 * Woken instances count as added until they are in service. A step policy on the backlog without capacity cannot see
 * starting instances, and must not add to them.
 */
const WAKING = { name: 'wake', cooldownMs: 0 };

/**
 * Proposes to wake a variant at zero with work to do, whatever its policies are, because target tracking cannot leave
 * zero. At the fast pace it is woken to the count that a policy on its backlog would have, and to more as the backlog
 * grows until the first instance is in service. At SageMaker's pace it is woken by one instance, when the policies have
 * had their time.
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

/**
 * Returns the time from which a backlog wakes the variant; absent if nothing is queued, or if there are instances for
 * it.
 */
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
