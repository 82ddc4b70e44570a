import type { Endpoint } from '../endpoint/endpoint.js';
import type { DeployedVariant } from '../endpoint/variant.js';

/** How many instances of one variant of one deployment there are to be. */
export interface WantedInstances {
  readonly variant: DeployedVariant;
  readonly count: number;
  /** Whether those that are missing are launched. */
  readonly launches: boolean;
  /** How those beyond the count go: each once it is idle, or all of them now, as soon as they have finished what they run. */
  readonly surplus: 'goes when idle' | 'finishes and goes';
}

/**
 * The instances that an endpoint's record asks for, which is all that a fleet has to know to bring them about. Nothing
 * where none may be there at all.
 */
export function wantedInstances({ deployment, status, variants }: Endpoint): WantedInstances[] {
  if (status === 'Deleting' || status === 'Failed' || status === 'OutOfService') return [];
  // What a way back that failed has left of the new side serves on as it is: nobody counts it any more.
  if (!deployment || status === 'UpdateRollbackFailed') {
    return variants.map((variant) => ({
      variant,
      count: variant.desiredInstanceCount,
      launches: true,
      surplus: 'goes when idle',
    }));
  }
  const { stage, targets, variants: rollingOut } = deployment;
  // An update that nobody has looked at yet asks for nothing: what is there stays.
  if (!targets) return [...variants, ...rollingOut].map((variant) => asItIs(variant));
  return [
    ...variants.map((variant) => replaced(variant, targets.serving[variant.name] ?? 0, true)),
    // On the way back only what is there may stay: a new instance that dies is not missed.
    ...rollingOut.map((variant) => replaced(variant, targets.rollingOut[variant.name] ?? 0, stage !== 'RollingBack')),
  ];
}

function replaced(variant: DeployedVariant, count: number, launches: boolean): WantedInstances {
  return { variant, count, launches, surplus: 'finishes and goes' };
}

function asItIs(variant: DeployedVariant): WantedInstances {
  return { variant, count: Infinity, launches: false, surplus: 'finishes and goes' };
}
