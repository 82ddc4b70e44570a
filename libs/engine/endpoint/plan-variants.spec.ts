import { expect, it } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import type { EndpointConfig } from '../../core/endpoint/endpoint-config.js';
import type { ProductionVariant } from '../../core/endpoint/variant.js';
import { EbbError } from '../../core/errors.js';
import { createModel } from '../model/create-model.js';
import { planVariants } from './plan-variants.js';

const VARIANT: ProductionVariant = {
  name: 'main',
  modelName: 'ocr',
  initialInstanceCount: 2,
  initialVariantWeight: 3,
  instanceType: 'ml.m5.large',
};

function aConfig(change: Partial<EndpointConfig> = {}): EndpointConfig {
  const asyncInference = { includeResponseIn: [], maxConcurrentInvocationsPerInstance: 7 };
  return { name: 'config', variants: [VARIANT], asyncInference, createdAt: 0, tags: {}, ...change };
}

async function aWorld() {
  const parts = memoryWorld();
  await createModel(parts.world, { name: 'ocr', container: { image: 'ocr:1', environment: {} }, tags: {} });
  return parts;
}

it('copies the model, so that deleting it does not change the deployment', async () => {
  const { catalog, world } = await aWorld();
  const [planned] = await planVariants(world, aConfig(), 'first');
  await catalog.models.delete('ocr');
  expect(planned).toMatchObject({ ...VARIANT, container: { image: 'ocr:1', environment: {} } });
});

it('begins with the counts and weights of the config, and names its deployment', async () => {
  const { world } = await aWorld();
  expect(await planVariants(world, aConfig(), 'first')).toMatchObject([
    { deploymentId: 'first', slots: 7, desiredInstanceCount: 2, desiredWeight: 3 },
  ]);
});

it.each([
  [undefined, undefined, false],
  [true, undefined, true],
  [undefined, true, true],
])('is isolated if the model (%s) or the config (%s) asks for it: %s', async (ofModel, ofConfig, isIsolated) => {
  const { catalog, world } = await aWorld();
  await catalog.models.update('ocr', (model) => ({ ...model, enableNetworkIsolation: ofModel }));
  const [planned] = await planVariants(world, aConfig({ enableNetworkIsolation: ofConfig }), 'first');
  expect(planned?.isNetworkIsolated ?? false).toBe(isIsolated);
});

it('is refused if a model does not exist', async () => {
  const { world } = await aWorld();
  const config = aConfig({ variants: [{ ...VARIANT, modelName: 'asr' }] });
  await expect(planVariants(world, config, 'first')).rejects.toMatchObject({ code: 'ModelNotFound' });
});

it('is refused if the endpoint could not be deployed', async () => {
  const { world } = await aWorld();
  const planned = planVariants(world, aConfig({ asyncInference: undefined }), 'first');
  await expect(planned).rejects.toMatchObject({
    code: 'InvalidRequest',
    message: expect.stringContaining('only asynchronous endpoints are supported'),
  });
});

it('is refused if this machine cannot serve the instance type', async () => {
  const { instances, world } = await aWorld();
  const error = new EbbError('InvalidRequest', 'There is no GPU here.');
  const asked: (string | undefined)[] = [];
  instances.admit = async (instanceType?: string) => {
    asked.push(instanceType);
    throw error;
  };
  await expect(planVariants(world, aConfig(), 'first')).rejects.toBe(error);
  expect(asked).toEqual(['ml.m5.large']);
});
