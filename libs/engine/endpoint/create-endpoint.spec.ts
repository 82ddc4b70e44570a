import { expect, it } from 'vitest';
import { ERROR_TOPIC, SUCCESS_TOPIC, memoryWorld } from '../../../test/support/memory-world.js';
import { defaultBucket } from '../../core/arn.js';
import type { Signal } from '../../core/ports/signals.js';
import { createModel } from '../model/create-model.js';
import { createEndpointConfig } from './create-endpoint-config.js';
import { createEndpoint } from './create-endpoint.js';

async function aWorld() {
  const parts = memoryWorld();
  const { signals, world } = parts;
  await createModel(world, { name: 'ocr', container: { image: 'ocr', environment: {} }, tags: {} });
  await createEndpointConfig(world, {
    name: 'Config',
    variants: [{ name: 'main', modelName: 'ocr', initialInstanceCount: 2, initialVariantWeight: 1 }],
    asyncInference: { successTopic: SUCCESS_TOPIC, errorTopic: ERROR_TOPIC, includeResponseIn: [] },
    tags: {},
  });
  const told: Signal[] = [];
  signals.subscribe((signal) => told.push(signal));
  return {
    ...parts,
    told,
    create: (change: { name?: string; tags?: Record<string, string> } = {}) =>
      createEndpoint(world, { name: 'OCR', configName: 'config', tags: {}, ...change }),
  };
}

it('is on record as Creating, with the counts that it is to begin with, and the autoscaler is told', async () => {
  const { catalog, clock, create, told } = await aWorld();
  const made = await create();
  expect(await catalog.endpoints.get('ocr')).toEqual(made);
  expect(made).toMatchObject({
    name: 'OCR',
    configName: 'Config',
    status: 'Creating',
    createdAt: clock.now(),
    variants: [{ name: 'main', desiredInstanceCount: 2, desiredWeight: 1 }],
  });
  expect(told).toContainEqual({ kind: 'endpoint', endpointName: 'OCR' });
});

it('has the bucket that inputs and outputs without a place of their own go to', async () => {
  const { create, objects, place } = await aWorld();
  await create();
  expect((await objects.listBuckets()).map(({ name }) => name)).toEqual([defaultBucket(place)]);
});

it('is refused where its name is taken, in whatever case, and leaves the other alone', async () => {
  const { catalog, create } = await aWorld();
  const first = await create();
  await expect(create({ name: 'ocr' })).rejects.toMatchObject({ code: 'AlreadyExists' });
  expect(await catalog.endpoints.all()).toEqual([first]);
});

it('is made once where two ask for one name at the same time', async () => {
  const { catalog, create } = await aWorld();
  const outcomes = await Promise.allSettled([create(), create()]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await catalog.endpoints.all()).toHaveLength(1);
});

it.each([
  ['a promise that cannot be meant', { 'ebb:start-within-seconds': 'soon' }],
  ['a warm tier that cannot be meant', { 'ebb:warm-instances': 'some' }],
])('is refused for %s, and nothing is made', async (_what, tags) => {
  const { catalog, create } = await aWorld();
  await expect(create({ tags })).rejects.toMatchObject({ code: 'InvalidRequest' });
  expect(await catalog.endpoints.all()).toEqual([]);
});

it('is Failed from the start where a topic does not exist, and nobody is told a test', async () => {
  const { create, notifications, outbox } = await aWorld();
  notifications.lacking.add(ERROR_TOPIC);
  const made = await create();
  expect(made).toMatchObject({
    status: 'Failed',
    failureReason: expect.stringContaining(`The topic "${ERROR_TOPIC}"`),
  });
  expect(await outbox.nextDueAt()).toBeUndefined();
});

it('sends each of its topics a test', async () => {
  const { create, outbox } = await aWorld();
  expect(await create()).toMatchObject({ status: 'Creating' });
  expect(await outbox.nextDueAt()).toBeDefined();
});
