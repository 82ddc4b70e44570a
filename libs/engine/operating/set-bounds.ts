import type { ScalableTarget } from '../../core/scaling/scalable-target.js';
import { chooseVariant } from './choose-variant.js';
import { findEndpoint } from '../endpoint/find-endpoint.js';
import { registerScalableTarget } from '../scaling/register-scalable-target.js';
import type { World } from '../world.js';

/** A request to set the bounds of a variant. */
export interface BoundsRequest {
  readonly endpointName: string;
  /** May be absent if the endpoint has only one variant. */
  readonly variantName?: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

/** Sets the bounds of a variant, as registering it with Application Auto Scaling does, and raises the same errors. */
export async function setBounds(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  { endpointName, maxCapacity, minCapacity, variantName }: BoundsRequest,
  signal?: AbortSignal,
): Promise<ScalableTarget> {
  const endpoint = await findEndpoint(world, endpointName, signal);
  const { name } = chooseVariant(endpoint, variantName);
  const request = { endpointName: endpoint.name, variantName: name, minCapacity, maxCapacity };
  return registerScalableTarget(world, request, signal);
}
