/**
 * How often values of each size were seen, the recent ones counting for more. Values are kept in buckets a tenth wide,
 * so a distribution stays small whatever it has seen, and goes through JSON unchanged.
 */
export interface Distribution {
  /** The bucket that the first weight is of; bucket `i` holds values around `GROWTH ** i`. */
  readonly first: number;
  /** Weight by bucket, without gaps. */
  readonly weights: readonly number[];
  /** As of when the weights are. */
  readonly at: number;
  /** The sum of the weights, which every look asks for; absent from what is stored, for it follows from them. */
  readonly total?: number;
}

export const EMPTY_DISTRIBUTION: Distribution = { first: 0, weights: [], at: 0 };

const GROWTH = 1.1;
/** The largest value told from larger ones is about eleven days. */
const BUCKETS = 218;
const LOG_GROWTH = Math.log(GROWTH);
const VALUES: readonly number[] = Array.from({ length: BUCKETS }, (_, bucket) => GROWTH ** bucket);

/** What was seen five minutes ago counts half of what is seen now, if enough was seen since: load moves that fast. */
const HALF_LIFE_MS = 5 * 60_000;

/** However long nothing was seen, what came before fades by half only when so many new values have come. */
const HALF_LIFE_VALUES = 32;

/** Weights at either end that are less than this are forgotten. */
const NEGLIGIBLE = 0.01;

/**
 * Takes in values seen at about the same time. What came before fades with time, but by no more than a share for each
 * new value: what comes seldom must not be forgotten between one time and the next.
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

/** How many values it holds; faded ones count in part. */
export function sampleCount({ total, weights }: Distribution): number {
  return total ?? sumOf(weights);
}

function sumOf(weights: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += weights[i]!;
  return sum;
}

/** The value that the share `q` of all values does not exceed, to the width of a bucket; absent where there is none. */
export function quantile(distribution: Distribution, q: number): number | undefined {
  const { first, weights } = distribution;
  if (weights.length === 0) return undefined;
  // What rounding leaves over must not push the answer into the next bucket.
  let left = sampleCount(distribution) * q - 1e-9;
  let i = 0;
  while (i < weights.length - 1 && (left -= weights[i]!) > 0) i += 1;
  return VALUES[first + i];
}

/** The mean of the values, each counted as no more than `limit`; absent where there are none. */
export function meanUpTo(distribution: Distribution, limit: number): number | undefined {
  const { first, weights } = distribution;
  const count = sampleCount(distribution);
  if (count === 0) return undefined;
  let sum = 0;
  for (let i = 0; i < weights.length; i += 1) sum += Math.min(VALUES[first + i]!, limit) * weights[i]!;
  return sum / count;
}

/** The same to three decimals and without its total, as it is worth storing. */
export function rounded({ first, weights, at }: Distribution): Distribution {
  return { first, weights: weights.map((weight) => Math.round(weight * 1000) / 1000), at };
}

/** Every value with its weight, the smallest first. */
export function forEachValue({ first, weights }: Distribution, visit: (value: number, weight: number) => void): void {
  for (let i = 0; i < weights.length; i += 1) if (weights[i]! > 0) visit(VALUES[first + i]!, weights[i]!);
}
