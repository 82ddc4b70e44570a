import { expect, test } from 'vitest';
import { MADE_FOR_TAG, boundsOf, partsOf } from './one-call.js';

const ID = '0193b5a0-1c2d-7000-8abc-0123456789ab';

test('a model and a config are named after the endpoint, followed by the end of an id', () => {
  const { config, model, tags } = partsOf({ name: 'reader', image: 'ocr', environment: { A: '1' } }, ID);
  expect([model.name, config.name]).toEqual(['reader-456789ab', 'reader-456789ab']);
  expect(model).toMatchObject({
    container: { image: 'ocr', environment: { A: '1' } },
    tags: { [MADE_FOR_TAG]: 'reader' },
  });
  expect(config.variants).toMatchObject([{ name: 'main', modelName: model.name, initialInstanceCount: 0 }]);
  expect(tags).toEqual({});
});

test('the longest names are cut to leave room for the id, without a hyphen before it', () => {
  const { model } = partsOf({ name: `${'a'.repeat(53)}-${'b'.repeat(9)}`, image: 'ocr', environment: {} }, ID);
  expect(model.name).toBe(`${'a'.repeat(53)}-456789ab`);
});

test('a promise becomes tags of the endpoint, in plain decimals', () => {
  const recipe = { name: 'reader', image: 'ocr', environment: {}, keepWarmSeconds: 60 };
  const start = { kind: 'start', withinMs: 1_500 } as const;
  expect(partsOf({ ...recipe, promise: start }, ID).tags).toEqual({
    'ebb:start-within-seconds': '1.5',
    'ebb:keep-warm-seconds': '60',
  });
  const done = { kind: 'done', withinMs: 0.0001 } as const;
  expect(partsOf({ ...recipe, promise: done }, ID).tags).toMatchObject({ 'ebb:done-within-seconds': '0' });
});

test.each([
  [{}, 0, 1],
  [{ minInstances: 3 }, 3, 3],
  [{ maxInstances: 5 }, 0, 5],
  [{ maxInstances: 0 }, 0, 0],
])('the bounds of %j are %i to %i', (recipe, minCapacity, maxCapacity) => {
  expect(boundsOf(recipe)).toEqual({ minCapacity, maxCapacity });
});
