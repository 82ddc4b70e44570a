import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { World } from '../world.js';

/** A variant that is, or could be, a scalable target. */
export interface Variant {
  readonly endpointName: string;
  readonly variantName: string;
}

/** Raises `ScalableTargetNotFound` if a variant is not registered. */
export async function checkRegistered(
  world: Pick<World, 'catalog'>,
  { endpointName, variantName }: Variant,
  signal?: AbortSignal,
): Promise<void> {
  const key = scalableTargetKey(endpointName, variantName);
  if (await world.catalog.scalableTargets.get(key, signal)) return;
  throw new EbbError('ScalableTargetNotFound', `No scalable target registered for ${describeTarget(key)}`);
}

/** Returns a scalable target as AWS's errors name it. */
export function describeTarget(resourceId: string): string {
  return (
    `service namespace: sagemaker, resource ID: ${resourceId}, ` +
    'scalable dimension: sagemaker:variant:DesiredInstanceCount'
  );
}
