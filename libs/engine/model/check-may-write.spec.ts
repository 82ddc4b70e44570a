import { expect, test } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { Caller } from '../../core/access/caller.js';
import type { ContainerDefinition } from '../../core/model/container.js';
import { type Model, modelKey } from '../../core/model/model.js';
import { checkMayWrite } from './check-may-write.js';

const SUBMITTER: Caller = { keyId: 'k-1', name: 'app', role: 'submit' };
const archive = (key: string): ContainerDefinition => ({
  image: 'reader',
  modelDataUrl: `s3://models/${key}`,
  environment: {},
});
const at = (key: string) => ({ bucket: 'models', key });

/** Two models, one of them a pipeline, and an endpoint with its own container on each side of an update. */
async function aCatalog() {
  const parts = memoryWorld();
  const { catalog } = parts;
  const models: Model[] = [
    { name: 'One', container: archive('one.tar.gz'), createdAt: 0, tags: {} },
    {
      name: 'Two',
      container: archive('first.tar.gz'),
      containers: [archive('first.tar.gz'), archive('second.tar.gz')],
      createdAt: 0,
      tags: {},
    },
  ];
  for (const model of models) await catalog.models.create(modelKey(model.name), model);
  const { variants } = await deployEndpoint(parts);
  const [variant] = variants;
  await catalog.endpoints.update('reader', (endpoint) => ({
    ...endpoint,
    variants: [{ ...variant!, container: archive('serving.tar.gz') }],
    deployment: {
      id: 'second',
      configName: 'next',
      variants: [{ ...variant!, deploymentId: 'second', container: archive('next.tar.gz') }],
      config: {
        update: { kind: 'blue-green', routing: { kind: 'ALL_AT_ONCE', waitMs: 0 }, terminationWaitMs: 0 },
        rollbackAlarms: [],
      },
      startedAt: 0,
      stage: 'Launching',
      stageSince: 0,
      step: 0,
      traffic: 0,
    },
  }));
  return catalog;
}

test.each([
  ['a model', 'one.tar.gz'],
  ['a later container of a pipeline', 'second.tar.gz'],
  ['the container that an endpoint serves with, even if its model is gone', 'serving.tar.gz'],
  ['the container that an endpoint is being updated to', 'next.tar.gz'],
])('a caller who may only submit may not write the files of %s', async (_what, key) => {
  await expect(checkMayWrite(await aCatalog(), SUBMITTER, at(key))).rejects.toMatchObject({
    code: 'AccessDenied',
    message: `s3://models/${key} is part of a model, which the role submit may not change.`,
  });
});

test('the role submit may write objects that no model is made of, even if their names begin like those of a model', async () => {
  const catalog = await aCatalog();
  await expect(checkMayWrite(catalog, SUBMITTER, at('input.json'))).resolves.toBeUndefined();
  await expect(checkMayWrite(catalog, SUBMITTER, at('one.tar.gz.2'))).resolves.toBeUndefined();
  await expect(checkMayWrite(catalog, SUBMITTER, { bucket: 'inputs', key: 'one.tar.gz' })).resolves.toBeUndefined();
});

test.each<[string, Caller | undefined]>([
  ['an operator', { name: 'ops', role: 'operate' }],
  ['a caller without a key', undefined],
])('%s may write the files of every model', async (_who, caller) => {
  await expect(checkMayWrite(await aCatalog(), caller, at('one.tar.gz'))).resolves.toBeUndefined();
});
