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

it('is recorded as Creating with its initial counts, and the autoscaler is signalled', async () => {
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

it('has the default bucket for inputs and outputs', async () => {
  const { create, objects, place } = await aWorld();
  await create();
  expect((await objects.listBuckets()).map(({ name }) => name)).toEqual([defaultBucket(place)]);
});

it('is refused if its name is taken in any case, and leaves the other endpoint alone', async () => {
  const { catalog, create } = await aWorld();
  const first = await create();
  await expect(create({ name: 'ocr' })).rejects.toMatchObject({ code: 'AlreadyExists' });
  expect(await catalog.endpoints.all()).toEqual([first]);
});

it('is created once if two requests name it at the same time', async () => {
  const { catalog, create } = await aWorld();
  const outcomes = await Promise.allSettled([create(), create()]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  expect(await catalog.endpoints.all()).toHaveLength(1);
});

it.each([
  ['an invalid promise', { 'ebb:start-within-seconds': 'soon' }],
  ['an invalid warm tier', { 'ebb:warm-instances': 'some' }],
])('is refused for %s, and nothing is created', async (_what, tags) => {
  const { catalog, create } = await aWorld();
  await expect(create({ tags })).rejects.toMatchObject({ code: 'InvalidRequest' });
  expect(await catalog.endpoints.all()).toEqual([]);
});

it('is Failed from the start if a topic does not exist, and sends no test notification', async () => {
  const { create, notifications, outbox } = await aWorld();
  notifications.lacking.add(ERROR_TOPIC);
  const made = await create();
  expect(made).toMatchObject({
    status: 'Failed',
    failureReason: expect.stringContaining(`The topic "${ERROR_TOPIC}"`),
  });
  expect(await outbox.nextDueAt()).toBeUndefined();
});

it('sends a test notification to each of its topics', async () => {
  const { create, outbox } = await aWorld();
  expect(await create()).toMatchObject({ status: 'Creating' });
  expect(await outbox.nextDueAt()).toBeDefined();
});
