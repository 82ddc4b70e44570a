import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { SUCCESS_TOPIC, deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { cancelInvocation } from './cancel-invocation.js';
import { redriveInvocation } from './redrive-invocation.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

async function aCancelledInvocation() {
  const parts = memoryWorld();
  await deployEndpoint(parts, { asyncInference: { successTopic: SUCCESS_TOPIC } });
  const input = { body: Buffer.from('page') };
  const submission = { endpointName: 'reader', inferenceId: 'mine', input, ttlSeconds: 60, timeoutSeconds: 7 };
  const submitted = await submitInvocation(parts.world, { ...submission, labels: { team: 'vision' } });
  const original = await cancelInvocation(parts.world, submitted.id);
  return { ...parts, original };
}

test('it runs again as a new invocation with all that the first one had, and as much time', async () => {
  const { world, clock, original, invocations } = await aCancelledInvocation();
  await clock.advance(100_000);
  const redriven = await redriveInvocation(world, original.id);
  const { inferenceId, inputLocation, outputLocation, failureLocation, labels, successTopic, timeoutMs } = original;
  expect(redriven).toMatchObject({
    inferenceId,
    inputLocation,
    outputLocation,
    failureLocation,
    labels,
    successTopic,
    timeoutMs,
    state: 'Queued',
    redriveOf: original.id,
    acceptedAt: clock.now(),
    expiresAt: clock.now() + 60_000,
  });
  expect(redriven.id).not.toBe(original.id);
  expect(await invocations.find(original.id)).toEqual({ ...original, redrivenAs: redriven.id });
});

test('nobody takes the failure of the first one for that of the second', async () => {
  const { world, original, objects } = await aCancelledInvocation();
  const failure = { bucket: 'results', key: `bad/${original.id}-error.out` };
  expect(await objects.head(failure)).toMatchObject({ contentType: expect.stringContaining('text/plain') });
  await redriveInvocation(world, original.id);
  await expect(objects.head(failure)).rejects.toMatchObject({ code: 'ObjectNotFound' });
});

test('a failure of the second one stays, however soon it comes', async () => {
  const { world, original, objects, ledger } = await aCancelledInvocation();
  const failure = { bucket: 'results', key: `bad/${original.id}-error.out` };
  const accept = ledger.accept.bind(ledger);
  ledger.accept = async (request) => {
    const accepted = await accept(request);
    await objects.put(failure, Buffer.from('failed again'), {});
    return accepted;
  };
  await redriveInvocation(world, original.id);
  await redriveInvocation(world, original.id);
  expect((await objects.head(failure)).sizeBytes).toBe('failed again'.length);
});

test('it runs again once, however often that is asked for', async () => {
  const { world, original, invocations } = await aCancelledInvocation();
  const redriven = await Promise.all([1, 2, 3].map(() => redriveInvocation(world, original.id)));
  expect(new Set(redriven.map(({ id }) => id)).size).toBe(1);
  expect(await invocations.backlog('reader')).toMatchObject({ queued: 1 });
});

test('what is queued, and what is not there, cannot be run again', async () => {
  const { world, original } = await aCancelledInvocation();
  const { id } = await redriveInvocation(world, original.id);
  await expect(redriveInvocation(world, id)).rejects.toMatchObject({ code: 'InvocationNotSettled' });
  await expect(redriveInvocation(world, 'nothing')).rejects.toMatchObject({ code: 'InvocationNotFound' });
});

test('an endpoint that is gone, or does not serve, takes nothing again', async () => {
  const { world, original, catalog } = await aCancelledInvocation();
  const key = endpointKey('reader');
  await catalog.endpoints.update(key, (endpoint) => ({ ...endpoint, status: 'Failed' }));
  await expect(redriveInvocation(world, original.id)).rejects.toMatchObject({ code: 'EndpointNotReady' });
  await catalog.endpoints.delete(key);
  await expect(redriveInvocation(world, original.id)).rejects.toMatchObject({ code: 'EndpointNotFound' });
});

test('what cannot be accepted again keeps its failure', async () => {
  const { world, original, objects, ledger } = await aCancelledInvocation();
  ledger.accept = async () => {
    throw new EbbError('StorageFull', 'There is no room.');
  };
  await expect(redriveInvocation(world, original.id)).rejects.toMatchObject({ code: 'StorageFull' });
  await expect(objects.head({ bucket: 'results', key: `bad/${original.id}-error.out` })).resolves.toBeDefined();
});
