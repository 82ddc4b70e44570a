import { type Place, modelArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import { type Model, modelKey } from '../../core/model/model.js';
import type { World } from '../world.js';

type CatalogWorld = Pick<World, 'catalog' | 'place'>;

/** Returns the model with this name, in any case. Raises `ModelNotFound`. */
export async function findModel(world: CatalogWorld, name: string, signal?: AbortSignal): Promise<Model> {
  return (await world.catalog.models.get(modelKey(name), signal)) ?? missingModel(world.place, name);
}

/** Raises `ModelNotFound`. Clients tell "not there" from other failures by how the text begins. */
export function missingModel(place: Place, name: string): never {
  throw new EbbError('ModelNotFound', `Could not find model "${modelArn(place, name)}".`);
}
