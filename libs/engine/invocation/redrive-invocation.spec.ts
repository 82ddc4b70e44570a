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

test('runs again as a new invocation with the settings of the first one, and as much time', async () => {
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

test('removes the failure object of the first run', async () => {
  const { world, original, objects } = await aCancelledInvocation();
  const failure = { bucket: 'results', key: `bad/${original.id}-error.out` };
  expect(await objects.head(failure)).toMatchObject({ contentType: expect.stringContaining('text/plain') });
  await redriveInvocation(world, original.id);
  await expect(objects.head(failure)).rejects.toMatchObject({ code: 'ObjectNotFound' });
});

test('keeps a failure object of the second run, even if it comes at once', async () => {
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

test('runs again once, regardless of how often it is asked', async () => {
  const { world, original, invocations } = await aCancelledInvocation();
  const redriven = await Promise.all([1, 2, 3].map(() => redriveInvocation(world, original.id)));
  expect(new Set(redriven.map(({ id }) => id)).size).toBe(1);
  expect(await invocations.backlog('reader')).toMatchObject({ queued: 1 });
});

test('refuses to redrive an invocation that is queued or does not exist', async () => {
  const { world, original } = await aCancelledInvocation();
  const { id } = await redriveInvocation(world, original.id);
  await expect(redriveInvocation(world, id)).rejects.toMatchObject({ code: 'InvocationNotSettled' });
  await expect(redriveInvocation(world, 'nothing')).rejects.toMatchObject({ code: 'InvocationNotFound' });
});

test('refuses a redrive if the endpoint is gone or not in service', async () => {
  const { world, original, catalog } = await aCancelledInvocation();
  const key = endpointKey('reader');
  await catalog.endpoints.update(key, (endpoint) => ({ ...endpoint, status: 'Failed' }));
  await expect(redriveInvocation(world, original.id)).rejects.toMatchObject({ code: 'EndpointNotReady' });
  await catalog.endpoints.delete(key);
  await expect(redriveInvocation(world, original.id)).rejects.toMatchObject({ code: 'EndpointNotFound' });
});

test('keeps the failure object if the redrive cannot be accepted', async () => {
  const { world, original, objects, ledger } = await aCancelledInvocation();
  ledger.accept = async () => {
    throw new EbbError('StorageFull', 'There is no room.');
  };
  await expect(redriveInvocation(world, original.id)).rejects.toMatchObject({ code: 'StorageFull' });
  await expect(objects.head({ bucket: 'results', key: `bad/${original.id}-error.out` })).resolves.toBeDefined();
});
