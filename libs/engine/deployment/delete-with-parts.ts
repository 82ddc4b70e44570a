import type { Tags } from '../../core/tags.js';
import { MADE_FOR_TAG } from '../../core/deployment/one-call.js';
import { checkAllowed } from '../endpoint/check-allowed.js';
import { deleteEndpoint } from '../endpoint/delete-endpoint.js';
import { deleteEndpointConfig } from '../endpoint/delete-endpoint-config.js';
import { deleteModel } from '../model/delete-model.js';
import { findEndpoint } from '../endpoint/find-endpoint.js';
import type { World } from '../world.js';

/**
 * Deletes an endpoint with the models and configs that were made for it in one call. Models and configs of other origin
 * stay. Raises the errors of deleting an endpoint.
 */
export async function deleteWithParts(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  const endpoint = await findEndpoint(world, name, signal);
  checkAllowed(world, endpoint, 'delete');
  // The endpoint does not need its parts any more. It goes last, so that the request can be repeated after a crash.
  await deleteParts(world, endpoint.name, []);
  await deleteEndpoint(world, endpoint.name);
}

/** Deletes all models and configs that were made for the endpoint, except those named in `kept`. */
export async function deleteParts(
  world: Pick<World, 'catalog' | 'place'>,
  endpointName: string,
  kept: readonly string[],
): Promise<void> {
  const { endpointConfigs, models } = world.catalog;
  const isPart = ({ name, tags }: { readonly name: string; readonly tags: Tags }): boolean =>
    tags[MADE_FOR_TAG] === endpointName && !kept.includes(name);
  for (const { name } of (await endpointConfigs.all()).filter(isPart)) await deleteEndpointConfig(world, name);
  for (const { name } of (await models.all()).filter(isPart)) await deleteModel(world, name);
}
