import { type Instance, freeSlots } from './instance.js';

/**
 * Chooses the instance that takes the next invocation, of those in service with a free slot. It is the busiest one, so
 * that the others fall idle and can go, or the least busy one if the variant's routing asks for the least outstanding
 * requests. Among equals it is the longest serving one, so that the youngest fall idle first.
 */
export function chooseInstance<T extends Instance>(instances: Iterable<T>, spread = false): T | undefined {
  let best: T | undefined;
  for (const instance of instances) {
    if (freeSlots(instance) === 0) continue;
    if (best === undefined || isPreferred(instance, best, spread)) best = instance;
  }
  return best;
}

function isPreferred(candidate: Instance, best: Instance, spread: boolean): boolean {
  const busier = candidate.busy * best.slots - best.busy * candidate.slots;
  if (busier !== 0) return busier > 0 !== spread;
  return (candidate.inServiceAt ?? Infinity) < (best.inServiceAt ?? Infinity);
}

/**
 * Chooses the instances that scale-in takes: only idle ones in service, those idle for longest first, at most `count`.
 */
export function chooseForScaleIn<T extends Instance>(instances: Iterable<T>, count: number): T[] {
  return [...instances]
    .filter((instance) => instance.state === 'InService' && instance.busy === 0 && instance.idleSince !== undefined)
    .sort((a, b) => a.idleSince! - b.idleSince!)
    .slice(0, Math.max(0, count));
}

/** Chooses the instances that go when others replace them: first those that are still starting, then the least busy. */
export function chooseForRetirement<T extends Instance>(instances: Iterable<T>, count: number): T[] {
  return [...instances]
    .filter(({ state }) => state === 'Starting' || state === 'InService')
    .sort((a, b) => Number(a.state === 'InService') - Number(b.state === 'InService') || a.busy - b.busy)
    .slice(0, Math.max(0, count));
}
