import type { CapacitySize, DeploymentConfig } from '../endpoint/deployment.js';
import type { DeployedVariant } from '../endpoint/variant.js';

/** The largest part of the whole that a canary, a step or a batch may be. */
const LARGEST_STEP = 0.5;

type Capacity = Pick<DeployedVariant, 'desiredInstanceCount'>;

/** Returns how many instances the new side of a variant has: at least one, because none would prove nothing. */
function capacityOf({ desiredInstanceCount }: Capacity): number {
  return Math.max(1, desiredInstanceCount);
}

/**
 * Returns how many new instances of a variant there are after this many batches; all of them if the update has no
 * batches.
 */
export function replacedAfter({ update }: DeploymentConfig, variant: Capacity, steps: number): number {
  const capacity = capacityOf(variant);
  if (update.kind !== 'rolling') return capacity;
  return Math.min(capacity, Math.max(0, steps) * batchOf(update.maximumBatchSize, capacity));
}

/** Returns the share of the traffic on the new side after this many steps, 0 to 1. */
export function movedAfter(config: DeploymentConfig, variants: readonly Capacity[], steps: number): number {
  if (steps <= 0) return 0;
  const capacity = allOf(variants);
  const { update } = config;
  if (update.kind === 'rolling') return allReplacedAfter(config, variants, steps) / capacity;
  switch (update.routing.kind) {
    case 'ALL_AT_ONCE':
      return 1;
    case 'CANARY':
      return steps === 1 ? shareOf(update.routing.canarySize, capacity) : 1;
    case 'LINEAR':
      return Math.min(1, shareOf(update.routing.stepSize, capacity, steps));
  }
}

/** Returns how many of a variant's old instances are left after this many completed batches. */
export function keptAfter(
  config: DeploymentConfig,
  variants: readonly Capacity[],
  { desiredInstanceCount }: Capacity,
  steps: number,
): number {
  // Computed in whole numbers, because in floating point 9 - 9 * (6 / 9) is more than 3.
  const gone = (desiredInstanceCount * allReplacedAfter(config, variants, steps)) / allOf(variants);
  return desiredInstanceCount - Math.floor(gone);
}

function allOf(variants: readonly Capacity[]): number {
  return variants.reduce((sum, variant) => sum + capacityOf(variant), 0);
}

function allReplacedAfter(config: DeploymentConfig, variants: readonly Capacity[], steps: number): number {
  return variants.reduce((sum, variant) => sum + replacedAfter(config, variant, steps), 0);
}

/**
 * Returns the size of a batch in whole instances, at least one. In a small fleet a batch may be more than its
 * percentage.
 */
function batchOf(size: CapacitySize, capacity: number): number {
  return Math.max(1, Math.min(sizeOf(size, capacity), Math.floor(capacity * LARGEST_STEP)));
}

/** Returns how many old instances a rollback starts again at once; all by default. */
export function batchBack({ update }: DeploymentConfig, capacity: number): number {
  const size = update.kind === 'rolling' ? update.rollbackMaximumBatchSize : undefined;
  return size ? Math.max(1, sizeOf(size, capacity)) : capacity;
}

function sizeOf({ unit, value }: CapacitySize, capacity: number): number {
  return unit === 'INSTANCE_COUNT' ? value : Math.floor((capacity * value) / 100);
}

/** Returns a part of the traffic times `times`. Traffic can be divided more finely than instances. */
function shareOf({ unit, value }: CapacitySize, capacity: number, times = 1): number {
  const whole = unit === 'INSTANCE_COUNT' ? capacity : 100;
  // Divided last, because in floating point 49 * (1 / 49) is less than 1.
  return Math.min(times * LARGEST_STEP, (times * value) / whole);
}
