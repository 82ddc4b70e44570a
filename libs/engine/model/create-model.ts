import { modelArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import { type Model, modelKey } from '../../core/model/model.js';
import type { World } from '../world.js';

/**
 * Records a model. Nothing is fetched or started: a deployment of the model shows whether its image and files exist.
 */
export async function createModel(
  world: Pick<World, 'catalog' | 'clock' | 'place'>,
  definition: Omit<Model, 'createdAt'>,
  signal?: AbortSignal,
): Promise<Model> {
  const model = { ...definition, createdAt: world.clock.now() };
  if (await world.catalog.models.create(modelKey(model.name), model, signal)) return model;
  const arn = modelArn(world.place, model.name);
  throw new EbbError('AlreadyExists', `Cannot create already existing model "${arn}".`);
}
