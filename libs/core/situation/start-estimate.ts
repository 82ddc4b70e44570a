import { type Instance, freeSlots } from '../instance/instance.js';
import type { VariantEstimates } from '../learning/variant-history.js';

/** The facts for an estimate of a start, for the variant that will take most of the work. */
export interface StartOutlook {
  readonly now: number;
  /** How many invocations are before it in the queue. */
  readonly position: number;
  readonly instances: readonly Pick<Instance, 'state' | 'slots' | 'busy'>[];
  /** The slots of one instance. */
  readonly slots: number;
  /** The most instances that there may be. */
  readonly maximum: number;
  readonly estimates: VariantEstimates;
}

/**
 * Returns about when a queued invocation will start, in milliseconds since the epoch; undefined if there is not enough
 * history, or if nothing may run. The invocations before it take free slots first, then slots as they become free at
 * the usual service time. If no instance is in service, slots come after the usual start of as many instances as the
 * backlog needs.
 */
export function estimatedStart(outlook: StartOutlook): number | undefined {
  const { estimates, instances, maximum, now, position, slots } = outlook;
  const { serviceMs, startMs } = estimates;
  if (maximum === 0) return undefined;
  const inService = instances.filter(({ state }) => state === 'InService');
  const free = inService.reduce((sum, instance) => sum + freeSlots(instance as Instance), 0);
  if (position < free) return now;
  const starting = instances.filter(({ state }) => state === 'Starting').length;
  const waitsForStart = inService.length === 0;
  if (waitsForStart && startMs === undefined) return undefined;
  const firstMs = waitsForStart ? startMs! : 0;
  const wanted = Math.ceil((position + 1) / slots);
  const capacity = slots * Math.max(1, Math.min(maximum, waitsForStart ? wanted : inService.length + starting));
  const rounds = waitsForStart ? Math.floor(position / capacity) : (position - free + 1) / capacity;
  if (rounds === 0) return now + firstMs;
  return serviceMs === undefined ? undefined : Math.round(now + firstMs + rounds * serviceMs);
}
