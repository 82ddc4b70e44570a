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

test('an image becomes a model, a config, an endpoint and bounds, which all go together', async () => {
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

test('all is taken back, the last first, where the bounds are refused', async () => {
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

test('what takes long to check is found out while the endpoint is being created', async () => {
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

test('of two that deploy one name at once, one is refused and leaves nothing', async () => {
  const { deploy, engine, made } = await anEngine();
  const [one, other] = await Promise.allSettled([deploy(), deploy()]);
  expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
  expect(await made()).toHaveLength(2);
  await engine.stop();
});

test('another image is rolled out; bounds and promise stay where nothing is said of them', async () => {
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
  // Those in use, and those before, which whoever described them a moment ago may still ask for.
  expect(await made()).toHaveLength(4);
  await engine.stop();
});

test('an update that is refused leaves the bounds as they were', async () => {
  const { bounds, clock, deploy, engine, made, redeploy } = await anEngine();
  await deploy();
  await clock.advance(1_000);
  // Of a scalable target, the instance type may not be changed.
  await expect(redeploy({ instanceType: 'ml.m5.large', maxInstances: 9 })).rejects.toMatchObject({
    code: 'InvalidRequest',
  });
  await expect(redeploy({ minInstances: 9 })).rejects.toMatchObject({ code: 'InvalidRequest' });
  expect([await bounds(), await made()]).toEqual([[0, 3], expect.objectContaining({ length: 2 })]);
  await engine.stop();
});

test('what others made for an endpoint stays when it is deleted', async () => {
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
