import { modelKey } from '../../core/model/model.js';
import { missingModel } from './find-model.js';
import type { World } from '../world.js';

/** Deletes a model's record. Endpoint configs that name it stay, and endpoints keep their own copy. */
export async function deleteModel(
  world: Pick<World, 'catalog' | 'place'>,
  name: string,
  signal?: AbortSignal,
): Promise<void> {
  if (!(await world.catalog.models.delete(modelKey(name), signal))) missingModel(world.place, name);
}
