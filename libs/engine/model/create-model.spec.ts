import { expect, test } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { createModel } from './create-model.js';
import { findModel } from './find-model.js';

const DEFINITION = { name: 'OCR-Model', container: { image: 'reader', environment: {} }, tags: {} };

test('a model is on record as it was defined, with the time, and is found by its name in any case', async () => {
  const { clock, world } = memoryWorld();
  const createdAt = clock.now();
  const model = await createModel(world, DEFINITION);
  expect(model).toEqual({ ...DEFINITION, createdAt });
  await clock.advance(1_000);
  expect(await findModel(world, 'OCR-Model')).toEqual(model);
  expect(await findModel(world, 'ocr-model')).toEqual(model);
});

test('a second model of the same name, in any case, is refused and leaves the first unchanged', async () => {
  const { world } = memoryWorld();
  const first = await createModel(world, DEFINITION);
  const other = { ...DEFINITION, name: 'ocr-model', container: { image: 'other', environment: {} } };
  await expect(createModel(world, other)).rejects.toMatchObject({
    code: 'AlreadyExists',
    message: 'Cannot create already existing model "arn:aws:sagemaker:us-east-1:000000000000:model/ocr-model".',
  });
  expect(await findModel(world, 'OCR-Model')).toEqual(first);
});

test('nothing is fetched or started for a model', async () => {
  const { instances, world } = memoryWorld({
    launch: () => {
      throw new Error('Nobody asked for an instance.');
    },
  });
  const modelDataUrl = 's3://models/not-there.tar.gz';
  await createModel(world, { ...DEFINITION, container: { ...DEFINITION.container, modelDataUrl } });
  expect(await instances.list()).toEqual([]);
});
