/** How often values of each size were seen, the recent ones counting for more. */
export interface Distribution {
  /** Weight by bucket; bucket `i` holds values around `GROWTH ** i`. */
  readonly weights: Readonly<Record<string, number>>;
  /** As of when the weights are. */
  readonly at: number;
}

export const EMPTY_DISTRIBUTION: Distribution = { weights: {}, at: 0 };

const GROWTH = 1.1;
const HALF_LIFE_MS = 30 * 60_000;
/** Buckets that weigh less than this are forgotten. */
const NEGLIGIBLE = 1e-3;

export function observeAll(distribution: Distribution, values: readonly number[], now: number): Distribution {
  const fade = 2 ** (-Math.max(0, now - distribution.at) / HALF_LIFE_MS);
  const weights: Record<string, number> = {};
  for (const [bucket, weight] of Object.entries(distribution.weights)) {
    if (weight * fade >= NEGLIGIBLE) weights[bucket] = weight * fade;
  }
  for (const value of values) {
    const bucket = Math.round(Math.log(Math.max(1, value)) / Math.log(GROWTH));
    weights[bucket] = (weights[bucket] ?? 0) + 1;
  }
  return { weights, at: now };
}

export function quantile(distribution: Distribution, q: number): number | undefined {
  const buckets = Object.keys(distribution.weights)
    .map(Number)
    .sort((a, b) => a - b);
  let left = buckets.reduce((sum, bucket) => sum + distribution.weights[bucket]!, 0) * q;
  for (const bucket of buckets) {
    left -= distribution.weights[bucket]!;
    if (left <= 0) return GROWTH ** bucket;
  }
  return undefined;
}
