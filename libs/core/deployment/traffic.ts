import { isPaused } from '../endpoint/endpoint-gates.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { DeployedVariant } from '../endpoint/variant.js';

/** A variant's part of the leases that its side of an endpoint takes. */
export interface VariantTraffic {
  readonly deploymentId: string;
  readonly variantName: string;
  /** Relative to the other variants of its side; 0 takes nothing. */
  readonly weight: number;
}

/** How an endpoint's leases are divided: between the side that serves and the one that is being rolled out, and within each. */
export interface Traffic {
  readonly serving: readonly VariantTraffic[];
  readonly rollingOut: readonly VariantTraffic[];
  /** The share of all leases that the new side takes at most, 0 to 1. */
  readonly newShare: number;
}

/** Nobody takes any. */
export const NO_TRAFFIC: Traffic = { serving: [], rollingOut: [], newShare: 0 };

/** While its dispatch is paused, nobody takes anything. */
export function trafficOf(endpoint: Pick<Endpoint, 'deployment' | 'dispatch' | 'status' | 'variants'>): Traffic {
  const { deployment, status, variants } = endpoint;
  if (isPaused(endpoint, 'dispatch')) return NO_TRAFFIC;
  // What a way back that failed has left serves together: nobody can tell any more how much of either there will be.
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
 * The variants whose instances take what waits as soon as they have room: not those of no weight, nor the new side of an
 * update while it has a share only.
 */
export function freeToTake({ newShare, rollingOut, serving }: Traffic): VariantTraffic[] {
  const sides = [...(newShare < 1 ? serving : []), ...(newShare === 1 ? rollingOut : [])];
  return sides.filter(({ weight }) => weight > 0);
}

/** The part of its own weight that each side of an endpoint has now; both have all of it where a way back failed. */
export function weightsInForce({ deployment, status }: Pick<Endpoint, 'deployment' | 'status'>): {
  readonly serving: number;
  readonly rollingOut: number;
} {
  if (status === 'UpdateRollbackFailed') return { serving: 1, rollingOut: 1 };
  const newShare = deployment?.traffic ?? 0;
  return { serving: 1 - newShare, rollingOut: newShare };
}

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

/** Weights that are all 0 say nothing about who takes what: then all take the same. */
function weighed(variants: readonly DeployedVariant[]): VariantTraffic[] {
  const isSilent = variants.every(({ desiredWeight }) => desiredWeight === 0);
  return variants.map(({ deploymentId, name, desiredWeight }) => ({
    deploymentId,
    variantName: name,
    weight: isSilent ? 1 : desiredWeight,
  }));
}

/**
 * How many of `queued` invocations each variant has to reckon with, in their order: by weight, whole, adding up to all of
 * them. What is left over after rounding goes to the largest remainders, the first of equals. Variants that may have no
 * instances, by their `maxima`, leave theirs to those that may: it would wait for ever, and another could do it.
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
