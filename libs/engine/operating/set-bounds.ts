import type { ScalableTarget } from '../../core/scaling/scalable-target.js';
import { chooseVariant } from './choose-variant.js';
import { findEndpoint } from '../endpoint/find-endpoint.js';
import { registerScalableTarget } from '../scaling/register-scalable-target.js';
import type { World } from '../world.js';

export interface BoundsRequest {
  readonly endpointName: string;
  /** May be absent where the endpoint has one only. */
  readonly variantName?: string;
  readonly minCapacity: number;
  readonly maxCapacity: number;
}

/** Gives a variant bounds, or others, as registering it with Application Auto Scaling does, and raises what that raises. */
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
