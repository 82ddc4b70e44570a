import { expect, test } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { createModel } from './create-model.js';
import { deleteModel } from './delete-model.js';
import { findModel } from './find-model.js';

const MISSING = {
  code: 'ModelNotFound',
  message: 'Could not find model "arn:aws:sagemaker:us-east-1:000000000000:model/ocr-model".',
};

async function aModel(name = 'OCR-Model') {
  const parts = memoryWorld();
  await createModel(parts.world, { name, container: { image: 'reader', environment: {} }, tags: {} });
  return parts;
}

test('a model is deleted by its name in any case, and is not found any more', async () => {
  const { world } = await aModel();
  await deleteModel(world, 'ocr-MODEL');
  await expect(findModel(world, 'OCR-Model')).rejects.toMatchObject(MISSING);
});

test('a model that does not exist, or is deleted already, cannot be deleted', async () => {
  const { world } = await aModel();
  await expect(deleteModel(world, 'other')).rejects.toMatchObject({ code: 'ModelNotFound' });
  await deleteModel(world, 'OCR-Model');
  await expect(deleteModel(world, 'OCR-Model')).rejects.toMatchObject(MISSING);
});

test('an endpoint keeps its own copy of the container', async () => {
  const parts = await aModel('model');
  const endpoint = await deployEndpoint(parts);
  expect(endpoint.variants).toMatchObject([{ modelName: 'model' }]);
  await deleteModel(parts.world, 'model');
  expect(await parts.catalog.endpoints.get('reader')).toEqual(endpoint);
});
