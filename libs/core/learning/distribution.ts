/**
 * The weights of values by size, in which recent values count for more. Values are kept in buckets a tenth wide, so a
 * distribution stays small whatever it has seen, and goes through JSON unchanged.
 */
export interface Distribution {
  /** The bucket of the first weight; bucket `i` holds values around `GROWTH ** i`. */
  readonly first: number;
  /** Weight by bucket, without gaps. */
  readonly weights: readonly number[];
  /** The time as of which the weights hold. */
  readonly at: number;
  /**
   * The sum of the weights, which every query needs. Absent from stored distributions, because it follows from the
   * weights.
   */
  readonly total?: number;
}

/** The distribution of no values. */
export const EMPTY_DISTRIBUTION: Distribution = { first: 0, weights: [], at: 0 };

const GROWTH = 1.1;
/** The number of buckets; the last one holds all values above about eleven days, in milliseconds. */
const BUCKETS = 218;
const LOG_GROWTH = Math.log(GROWTH);
const VALUES: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => GROWTH ** bucket);

/** The time in which the weight of a value halves, if enough values came since. Load changes that fast. */
const HALF_LIFE_MS = 5 * 60_000;

/** The number of new values in which older weights halve at the most, however much time has passed. */
const HALF_LIFE_VALUES = 32;

/** Weights at either end that are below this are forgotten. */
const NEGLIGIBLE = 0.01;

/**
 * Returns the distribution with values that were seen at about the same time. Older values fade with time, but by at
 * most a share for each new value, because values that come seldom must not be forgotten in between.
 */
export function observeAll(distribution: Distribution, values: readonly number[], now: number): Distribution {
  if (values.length === 0) return distribution;
  const buckets = values.map(bucketOf);
  const { first: oldFirst, weights: old } = distribution;
  let first = old.length === 0 ? BUCKETS : oldFirst;
  let last = oldFirst + old.length - 1;
  for (const bucket of buckets) {
    first = Math.min(first, bucket);
    last = Math.max(last, bucket);
  }
  const halfLives = Math.min(Math.max(0, now - distribution.at) / HALF_LIFE_MS, values.length / HALF_LIFE_VALUES);
  const fade = 2 ** -halfLives;
  const weights: number[] = [];
  for (let bucket = first; bucket <= last; bucket += 1) {
    const isOld = bucket >= oldFirst && bucket < oldFirst + old.length;
    weights.push(isOld ? old[bucket - oldFirst]! * fade : 0);
  }
  for (const bucket of buckets) weights[bucket - first]! += 1;
  return trimmed(first, weights, now);
}

function bucketOf(value: number): number {
  return Math.min(BUCKETS - 1, Math.round(Math.log(Math.max(1, value)) / LOG_GROWTH));
}

function trimmed(first: number, weights: number[], at: number): Distribution {
  let from = 0;
  let to = weights.length;
  while (from < to && weights[from]! < NEGLIGIBLE) from += 1;
  while (to > from && weights[to - 1]! < NEGLIGIBLE) to -= 1;
  const kept = to - from === weights.length ? weights : weights.slice(from, to);
  return { first: first + from, weights: kept, at, total: sumOf(kept) };
}

/** Returns how many values a distribution holds; faded ones count in part. */
export function sampleCount({ total, weights }: Distribution): number {
  return total ?? sumOf(weights);
}

function sumOf(weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += weights[i]!;
  return sum;
}

/**
 * Returns the value that the share `q` of all values does not exceed, to the width of a bucket; absent if there are
 * none.
 */
export function quantile(distribution: Distribution, q: number): number | undefined {
  const { first, weights } = distribution;
  if (weights.length === 0) return undefined;
  // A rounding error must not push the answer into the next bucket.
  let left = sampleCount(distribution) * q - 1e-9;
  let i = 0;
  while (i < weights.length - 1 && (left -= weights[i]!) > 0) i += 1;
  return VALUES[first + i];
}

/** Returns the mean of the values, each counted as at most `limit`; absent if there are none. */
export function meanUpTo(distribution: Distribution, limit: number): number | undefined {
  const { first, weights } = distribution;
  const count = sampleCount(distribution);
  if (count === 0) return undefined;
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += Math.min(VALUES[first + i]!, limit) * weights[i]!;
  return sum / count;
}

/** Returns the distribution as it is stored: to three decimals, and without its total. */
export function rounded({ first, weights, at }: Distribution): Distribution {
  return { first, weights: weights.map((weight) => Math.round(weight * 1000) / 1000), at };
}

/** Visits every value with its weight, the smallest first. */
export function forEachValue({ first, weights }: Distribution, visit: (value: number, weight: number) => void): void {
  for (let i = 0; i < weights.length; i += 1) if (weights[i]! > 0) visit(VALUES[first + i]!, weights[i]!);
}
