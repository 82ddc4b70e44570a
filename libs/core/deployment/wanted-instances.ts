import type { Endpoint } from '../endpoint/endpoint.js';
import type { DeployedVariant } from '../endpoint/variant.js';

/** The number of instances that one variant of one deployment should have. */
export interface WantedInstances {
  readonly variant: DeployedVariant;
  readonly count: number;
  /** Whether missing instances are launched. */
  readonly launches: boolean;
  /**
   * How surplus instances go: each once it is idle, or all of them now, as soon as they have finished the invocations
   * that they run.
   */
  readonly surplus: 'goes when idle' | 'finishes and goes';
}

/**
 * Returns the instances that an endpoint's record asks for, which is all that a fleet needs to know; none if the
 * endpoint may have none.
 */
export function wantedInstances({ deployment, status, variants }: Endpoint): WantedInstances[] {
  if (status === 'Deleting' || status === 'Failed' || status === 'OutOfService') return [];
  // After a failed rollback the rest of the new side serves on as it is, and is no longer counted.
  if (!deployment || status === 'UpdateRollbackFailed') {
    return variants.map((variant) => ({
      variant,
      count: variant.desiredInstanceCount,
      launches: true,
      surplus: 'goes when idle',
    }));
  }
  const { stage, targets, variants: rollingOut } = deployment;
  // An update that has no counts yet asks for nothing, so all present instances stay.
  if (!targets) return [...variants, ...rollingOut].map((variant) => asItIs(variant));
  return [
    ...variants.map((variant) => replaced(variant, targets.serving[variant.name] ?? 0, true)),
    // During a rollback new instances may only stay, so one that dies is not replaced.
    ...rollingOut.map((variant) => replaced(variant, targets.rollingOut[variant.name] ?? 0, stage !== 'RollingBack')),
  ];
}

function replaced(variant: DeployedVariant, count: number, launches: boolean): WantedInstances {
  return { variant, count, launches, surplus: 'finishes and goes' };
}

function asItIs(variant: DeployedVariant): WantedInstances {
  return { variant, count: Infinity, launches: false, surplus: 'finishes and goes' };
}
