import { NOT_SUSPENDED, NO_COOLDOWNS } from '../../../libs/core/scaling/scalable-target.js';
import { decide } from '../../../libs/core/scaling/scaling-decision.js';
import type { ScalingObservation } from '../../../libs/core/scaling/scaling-observation.js';
import type { VariantEstimates } from '../../../libs/core/learning/variant-history.js';
import type { Row } from '../bench.js';
import { under } from '../figure.js';
import { percentile } from '../statistics.js';

const DECISIONS = 2_000;

/** As full as what is learnt of a variant gets. */
const ESTIMATES: VariantEstimates = {
  serviceMs: 2_000,
  serviceHighMs: 6_000,
  startMs: 20_000,
  keepWarm: Array.from({ length: 12 }, (_, step) => ({ upTo: 2 ** step, ms: 240_000 / (step + 1) })),
  worthwhile: 40,
};

/** A variant with a million queued, which has a hundred instances and may have ever more. */
function seen(index: number): ScalingObservation {
  const now = 1_000_000_000 + index;
  return {
    now,
    backlog: { queued: 1_000_000, running: 60, oldestAcceptedAt: now - 60_000 },
    desired: 110,
    starting: 10,
    inService: 100,
    busy: 60,
    idleSince: Array.from({ length: 40 }, (_, instance) => now - instance * 1_000),
    startingSince: Array.from({ length: 10 }, () => now - 1_000),
    runningForMs: 60_000,
    slotsPerInstance: 1,
    bounds: { minimum: 0, maximum: 1_000 + index, source: 'scalable target', suspended: NOT_SUSPENDED },
    pace: 'fast',
    promise: { kind: 'start', withinMs: 5_000 },
    maxKeepWarmMs: 300_000,
    estimates: ESTIMATES,
    cooldowns: NO_COOLDOWNS,
  };
}

/** What one decision costs, however much waits. */
export const decision: Row = async () => {
  const took = Array.from({ length: DECISIONS }, (_, index) => {
    const observation = seen(index);
    const startedAt = performance.now();
    decide(observation);
    return performance.now() - startedAt;
  });
  return [under('decide: 1,000,000 queued, p99 of a decision', 'ms', percentile(took, 0.99), 1)];
};
