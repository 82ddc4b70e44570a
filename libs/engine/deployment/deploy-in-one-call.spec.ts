import { expect, test } from 'vitest';
import type { InstancesScript } from '../../../test/support/memory-instances.js';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { EbbError } from '../../core/errors.js';
import type { OneCallRecipe } from '../../core/deployment/one-call.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { deleteWithParts } from './delete-with-parts.js';
import { deployInOneCall } from './deploy-in-one-call.js';
import { Engine } from '../engine.js';
import { redeployInOneCall } from './redeploy-in-one-call.js';

const RECIPE: OneCallRecipe = { name: 'reader', image: 'ocr', environment: {}, maxInstances: 3 };
const SETTINGS = { pace: 'fast', promise: { kind: 'start', withinMs: 0 }, maxKeepWarmMs: 60_000 } as const;

async function anEngine(script: InstancesScript = {}) {
  const parts = memoryWorld(script);
  const { catalog, clock, world } = parts;
  const engine = new Engine(world, 'worker', SETTINGS);
  await engine.start();
  await clock.settle();
  return {
    ...parts,
    engine,
    endpoint: () => catalog.endpoints.get('reader'),
    bounds: async () => {
      const target = await catalog.scalableTargets.get(scalableTargetKey('reader', 'main'));
      return target && [target.minCapacity, target.maxCapacity];
    },
    /** The names of all models and configs. */
    made: async () => {
      const records = [await catalog.models.all(), await catalog.endpointConfigs.all()];
      return records.flat().map(({ name }) => name);
    },
    deploy: (of: Partial<OneCallRecipe> = {}) => deployInOneCall(world, { ...RECIPE, ...of }),
    redeploy: (of: Partial<OneCallRecipe> = {}) =>
      redeployInOneCall(world, { ...RECIPE, maxInstances: undefined, ...of }),
  };
}

test('creates a model, a config, an endpoint and bounds from an image, and deletes them together', async () => {
  const { bounds, clock, deploy, endpoint, engine, made, world } = await anEngine();
  const { configName } = await deploy({ promise: { kind: 'done', withinMs: 2_000 } });
  await clock.advance(1_000);
  expect(await endpoint()).toMatchObject({ status: 'InService', tags: { 'ebb:done-within-seconds': '2' } });
  expect(await made()).toEqual([configName, configName]);
  expect(await bounds()).toEqual([0, 3]);
  await deleteWithParts(world, 'reader');
  await clock.advance(1_000);
  expect([await endpoint(), await made(), await bounds()]).toEqual([undefined, [], undefined]);
  await engine.stop();
});

test('deletes all parts, the last one first, if the bounds are refused', async () => {
  const { catalog, clock, deploy, endpoint, engine, made } = await anEngine();
  for (let each = 0; each < 5_000; each += 1) {
    const target = { endpointName: `other-${each}`, variantName: 'main', minCapacity: 0, maxCapacity: 1 };
    const key = scalableTargetKey(target.endpointName, 'main');
    await catalog.scalableTargets.create(key, { ...target, id: key, suspended: NOT_SUSPENDED, createdAt: 0 });
  }
  await expect(deploy()).rejects.toMatchObject({ code: 'LimitExceeded' });
  expect([(await endpoint())?.status, await made()]).toEqual(['Deleting', []]);
  await clock.advance(1_000);
  expect(await endpoint()).toBeUndefined();
  await engine.stop();
});

test('reports an error that takes long to find while the endpoint is being created', async () => {
  const error = new EbbError('ModelDataUnusable', 'The archive has a link in it.');
  const { clock, deploy, endpoint, engine } = await anEngine({ launch: () => ({ downloadMs: 60_000, error }) });
  const modelDataUrl = 's3://models/large.tar.gz';
  const deployed = deploy({ modelDataUrl });
  await clock.advance(10_000);
  expect(await deployed).toMatchObject({ status: 'Creating' });
  await clock.advance(60_100);
  expect(await endpoint()).toMatchObject({ status: 'Failed', failureReason: 'The archive has a link in it.' });
  await expect(deploy({ name: 'other' })).rejects.toMatchObject({ code: 'ModelDataUnusable' });
  await engine.stop();
});

test('refuses one of two simultaneous deployments of one name, which leaves nothing', async () => {
  const { deploy, engine, made } = await anEngine();
  const [one, other] = await Promise.allSettled([deploy(), deploy()]);
  expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
  expect(await made()).toHaveLength(2);
  await engine.stop();
});

test('rolls out another image, and keeps bounds and promise unless the recipe names them', async () => {
  const { bounds, clock, deploy, endpoint, engine, made, redeploy } = await anEngine();
  await deploy({ minInstances: 1, promise: { kind: 'start', withinMs: 5_000 }, keepWarmSeconds: 7 });
  await clock.advance(1_000);
  await redeploy({ image: 'better' });
  await clock.advance(10_000);
  expect(await endpoint()).toMatchObject({
    status: 'InService',
    variants: [{ container: { image: 'better' }, desiredInstanceCount: 1 }],
    tags: { 'ebb:start-within-seconds': '5', 'ebb:keep-warm-seconds': '7' },
  });
  expect(await bounds()).toEqual([1, 3]);
  await redeploy({ minInstances: 0, promise: { kind: 'done', withinMs: 1_000 } });
  await clock.advance(10_000);
  expect((await endpoint())!.tags).toEqual({ 'ebb:done-within-seconds': '1', 'ebb:keep-warm-seconds': '7' });
  expect(await bounds()).toEqual([0, 3]);
  // The parts in use, and the parts before them, which a client that has just described the endpoint may still ask for.
  expect(await made()).toHaveLength(4);
  await engine.stop();
});

test('leaves the bounds as they were if the update is refused', async () => {
  const { bounds, clock, deploy, engine, made, redeploy } = await anEngine();
  await deploy();
  await clock.advance(1_000);
  // The instance type of a scalable target may not be changed.
  await expect(redeploy({ instanceType: 'ml.m5.large', maxInstances: 9 })).rejects.toMatchObject({
    code: 'InvalidRequest',
  });
  await expect(redeploy({ minInstances: 9 })).rejects.toMatchObject({ code: 'InvalidRequest' });
  expect([await bounds(), await made()]).toEqual([[0, 3], expect.objectContaining({ length: 2 })]);
  await engine.stop();
});

test('keeps models of other origin when the endpoint is deleted', async () => {
  const { catalog, clock, deploy, engine, made, world } = await anEngine();
  await deploy();
  await catalog.models.create('theirs', {
    name: 'theirs',
    container: { image: 'x', environment: {} },
    createdAt: 0,
    tags: {},
  });
  await clock.advance(1_000);
  await deleteWithParts(world, 'Reader');
  expect(await made()).toEqual(['theirs']);
  await expect(deleteWithParts(world, 'reader')).rejects.toMatchObject({ code: 'ChangeInProgress' });
  await engine.stop();
});
