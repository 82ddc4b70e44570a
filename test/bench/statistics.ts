/** The value that `share` (0 to 1) of the values do not exceed. */
export function percentile(values: readonly number[], share: number): number {
  if (values.length === 0) throw new Error('There is nothing to take a percentile of.');
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Cut off on both sides alike: the warming up of a new container, and the end, where slots stay empty. */
const FIRST_SHARE = 0.3;
const LAST_SHARE = 0.95;

/** How many a second were finished in the middle of a run, from the times in milliseconds at which each was. */
export function middleRate(finishedAt: readonly number[]): number {
  const sorted = [...finishedAt].sort((a, b) => a - b);
  const first = Math.floor(sorted.length * FIRST_SHARE);
  const last = Math.floor(sorted.length * LAST_SHARE) - 1;
  const elapsedMs = (sorted[last] ?? NaN) - (sorted[first] ?? NaN);
  if (!(elapsedMs > 0)) throw new Error(`${sorted.length} finished: too few for a rate.`);
  return ((last - first) / elapsedMs) * 1000;
}
