import { isPaused } from '../endpoint/endpoint-gates.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { DeployedVariant } from '../endpoint/variant.js';

/** A variant's part of the leases of its side of an endpoint. */
export interface VariantTraffic {
  readonly deploymentId: string;
  readonly variantName: string;
  /** Relative to the other variants of its side; 0 takes no leases. */
  readonly weight: number;
}

/**
 * The division of an endpoint's leases between the serving side and the side that is being rolled out, and within each.
 */
export interface Traffic {
  readonly serving: readonly VariantTraffic[];
  readonly rollingOut: readonly VariantTraffic[];
  /** The largest share of all leases that the new side takes, 0 to 1. */
  readonly newShare: number;
}

/** The traffic of an endpoint without leases. */
export const NO_TRAFFIC: Traffic = { serving: [], rollingOut: [], newShare: 0 };

/** Returns how an endpoint's leases are divided. While its dispatch is paused, no variant takes any. */
export function trafficOf(endpoint: Pick<Endpoint, 'deployment' | 'dispatch' | 'status' | 'variants'>): Traffic {
  const { deployment, status, variants } = endpoint;
  if (isPaused(endpoint, 'dispatch')) return NO_TRAFFIC;
  // After a failed rollback the instances of both sides serve together, because how many there will be of either is
  // unknown.
  if (status === 'UpdateRollbackFailed') {
    return { serving: weighed([...variants, ...(deployment?.variants ?? [])]), rollingOut: [], newShare: 0 };
  }
  return {
    serving: weighed(variants),
    rollingOut: weighed(deployment?.variants ?? []),
    newShare: deployment?.traffic ?? 0,
  };
}

/**
 * Returns the variants whose instances take queued invocations as soon as they have room. Variants without weight are
 * left out, and so is the new side of an update while it has only a share.
 */
export function freeToTake({ newShare, rollingOut, serving }: Traffic): VariantTraffic[] {
  const sides = [...(newShare < 1 ? serving : []), ...(newShare === 1 ? rollingOut : [])];
  return sides.filter(({ weight }) => weight > 0);
}

/**
 * Returns the part of its own weight that each side of an endpoint has now; after a failed rollback both have all of
 * it.
 */
export function weightsInForce({ deployment, status }: Pick<Endpoint, 'deployment' | 'status'>): {
  readonly serving: number;
  readonly rollingOut: number;
} {
  if (status === 'UpdateRollbackFailed') return { serving: 1, rollingOut: 1 };
  const newShare = deployment?.traffic ?? 0;
  return { serving: 1 - newShare, rollingOut: newShare };
}

/** Returns whether two divisions of an endpoint's leases are equal. */
export function sameTraffic(a: Traffic, b: Traffic): boolean {
  return a.newShare === b.newShare && sameSide(a.serving, b.serving) && sameSide(a.rollingOut, b.rollingOut);
}

function sameSide(a: readonly VariantTraffic[], b: readonly VariantTraffic[]): boolean {
  return (
    a.length === b.length &&
    a.every(({ deploymentId, variantName, weight }, index) => {
      const other = b[index]!;
      return deploymentId === other.deploymentId && variantName === other.variantName && weight === other.weight;
    })
  );
}

/** Returns the traffic of variants by their weights. If all weights are 0, all variants take the same. */
function weighed(variants: readonly DeployedVariant[]): VariantTraffic[] {
  const isSilent = variants.every(({ desiredWeight }) => desiredWeight === 0);
  return variants.map(({ deploymentId, name, desiredWeight }) => ({
    deploymentId,
    variantName: name,
    weight: isSilent ? 1 : desiredWeight,
  }));
}

/**
 * Divides `queued` invocations among the variants, in their order: by weight, in whole numbers that add up to all of
 * them. The rest after rounding goes to the largest remainders, the first of equals. Variants that may have no
 * instances, by their `maxima`, leave their part to variants that may, because it would never be done.
 */
export function divideBacklog(
  queued: number,
  variants: readonly DeployedVariant[],
  maxima: readonly number[] = variants.map(() => Infinity),
): number[] {
  const stated = weighed(variants).map(({ weight }) => weight);
  const able = stated.map((weight, index) => (maxima[index]! > 0 ? weight : 0));
  const weights = able.some((weight) => weight > 0) ? able : stated;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const exact = weights.map((weight) => (queued * weight) / sum);
  const whole = exact.map(Math.floor);
  const left = queued - whole.reduce((total, count) => total + count, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - whole[index]! }))
    .sort((a, b) => b.remainder - a.remainder || a.index - b.index);
  for (const { index } of byRemainder.slice(0, left)) whole[index]! += 1;
  return whole;
}
