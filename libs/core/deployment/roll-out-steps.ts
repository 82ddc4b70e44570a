import type { CapacitySize, DeploymentConfig } from '../endpoint/deployment.js';
import type { DeployedVariant } from '../endpoint/variant.js';

/** A canary, a step or a batch is never more than this part of the whole. */
const LARGEST_STEP = 0.5;

type Capacity = Pick<DeployedVariant, 'desiredInstanceCount'>;

/** How many instances the new side of a variant is made of: one at least, or nothing would be proved. */
function capacityOf({ desiredInstanceCount }: Capacity): number {
  return Math.max(1, desiredInstanceCount);
}

/** How many new instances of a variant there are after so many batches; all at once where there are none. */
export function replacedAfter({ update }: DeploymentConfig, variant: Capacity, steps: number): number {
  const capacity = capacityOf(variant);
  if (update.kind !== 'rolling') return capacity;
  return Math.min(capacity, Math.max(0, steps) * batchOf(update.maximumBatchSize, capacity));
}

/** The share of the traffic that is with the new side after so many steps, 0 to 1. */
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

/** How many of a variant's old instances stay when so many batches have taken their place for good. */
export function keptAfter(
  config: DeploymentConfig,
  variants: readonly Capacity[],
  { desiredInstanceCount }: Capacity,
  steps: number,
): number {
  // In whole numbers: what is left of 9 after 6 ninths of them would be more than 3.
  const gone = (desiredInstanceCount * allReplacedAfter(config, variants, steps)) / allOf(variants);
  return desiredInstanceCount - Math.floor(gone);
}

function allOf(variants: readonly Capacity[]): number {
  return variants.reduce((sum, variant) => sum + capacityOf(variant), 0);
}

function allReplacedAfter(config: DeploymentConfig, variants: readonly Capacity[], steps: number): number {
  return variants.reduce((sum, variant) => sum + replacedAfter(config, variant, steps), 0);
}

/** Whole instances, one at least: of a small fleet a batch may be more than its per cent say. */
function batchOf(size: CapacitySize, capacity: number): number {
  return Math.max(1, Math.min(sizeOf(size, capacity), Math.floor(capacity * LARGEST_STEP)));
}

/** How many old instances are started again at once on the way back; all unless told. */
export function batchBack({ update }: DeploymentConfig, capacity: number): number {
  const size = update.kind === 'rolling' ? update.rollbackMaximumBatchSize : undefined;
  return size ? Math.max(1, sizeOf(size, capacity)) : capacity;
}

function sizeOf({ unit, value }: CapacitySize, capacity: number): number {
  return unit === 'INSTANCE_COUNT' ? value : Math.floor((capacity * value) / 100);
}

/** So many times a part of the traffic, which can be divided more finely than instances. */
function shareOf({ unit, value }: CapacitySize, capacity: number, times = 1): number {
  const whole = unit === 'INSTANCE_COUNT' ? capacity : 100;
  // Divided last: 49 times a 49th would be less than 1.
  return Math.min(times * LARGEST_STEP, (times * value) / whole);
}
