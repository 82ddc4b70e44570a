import { expect, test } from 'vitest';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { endpointTakingWork } from './endpoint-taking-work.js';

/** An endpoint named `reader` that differs from one in service by `change`. */
async function aWorld(change: Partial<Endpoint> = {}) {
  const parts = memoryWorld();
  const endpoint = await deployEndpoint(parts);
  await parts.catalog.endpoints.update(endpointKey(endpoint.name), (before) => ({ ...before, ...change }));
  return parts.world;
}

test('an endpoint in service accepts invocations', async () => {
  expect(await endpointTakingWork(await aWorld(), 'reader')).toMatchObject({ name: 'reader', status: 'InService' });
});

test.each<[what: string, change: Partial<Endpoint>, code: string]>([
  ['that is being created', { status: 'Creating' }, 'EndpointNotReady'],
  ['that is being deleted', { status: 'Deleting' }, 'EndpointNotReady'],
  ['without asynchronous inference', { asyncInference: undefined }, 'WrongInferenceType'],
  ['whose intake is paused', { intake: 'paused' }, 'IntakePaused'],
])('an endpoint %s accepts none', async (_what, change, code) => {
  await expect(endpointTakingWork(await aWorld(change), 'reader')).rejects.toMatchObject({ code });
});

test.each(['nobody', 'READER'])('an endpoint is not found by the name %s: the case counts', async (name) => {
  await expect(endpointTakingWork(await aWorld(), name)).rejects.toMatchObject({ code: 'EndpointNotFound' });
});
