import { expect, test } from 'vitest';
import type { AsyncInferenceConfig } from '../../core/endpoint/endpoint-config.js';
import { EbbError } from '../../core/errors.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { InvocationScript } from '../../../test/support/memory-instances.js';
import { Fleet } from '../instance/fleet.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { WorkerLoop } from './worker-loop.js';

/** A worker with one instance of one slot, and all measured values by metric. */
async function aMeasuredWorker(script: InvocationScript = {}, asyncInference: Partial<AsyncInferenceConfig> = {}) {
  const parts = memoryWorld({ invoke: () => script });
  const { world, clock } = parts;
  const endpoint = await deployEndpoint(parts, { asyncInference });
  const fleet = new Fleet(world);
  const measured: Record<string, number[]> = {};
  const served: unknown[] = [];
  const add = (name: string, endpointName: string, variantName: string, value: number): void => {
    expect([endpointName, variantName]).toEqual(['reader', 'AllTraffic']);
    (measured[name] ??= []).push(value);
  };
  const worker = new WorkerLoop(world, fleet, 'worker', { add }, (...of) => served.push(of));
  await worker.start();
  fleet.launch(endpoint, endpoint.variants[0]!, 1);
  await clock.advance(0);
  const submit = async (...inferenceIds: string[]): Promise<void> => {
    for (const inferenceId of inferenceIds) {
      await submitInvocation(world, { endpointName: 'reader', inferenceId, input: { body: Buffer.from('page') } });
    }
  };
  return { ...parts, fleet, measured, served, submit };
}

test('measures the parts of an attempt, each in its unit', async () => {
  const { clock, measured, objects, served, submit } = await aMeasuredWorker({ serviceMs: 1_000 });
  const { get, stage } = objects;
  objects.get = async (...of) => {
    await clock.sleep(20);
    return get.apply(objects, of);
  };
  objects.stage = async (location, ...of) => {
    const staged = await stage.call(objects, location, ...of);
    // The inputs are stored too, before anything is measured.
    if (!location.key.endsWith('.out')) return staged;
    await clock.sleep(30);
    const commit = async () => {
      await clock.sleep(5);
      return staged.commit();
    };
    return { sizeBytes: staged.sizeBytes, commit, discard: () => staged.discard() };
  };
  await submit('a', 'b');
  await clock.advance(10_000);
  expect(measured).toEqual({
    InvocationsProcessed: [1, 1],
    TimeInBacklog: [0, 1_050],
    TotalProcessingTime: [1_055, 2_105],
    RequestDownloadLatency: [20_000, 20_000],
    ModelLatency: [1_000_000, 1_000_000],
    Invocation4XXErrors: [0, 0],
    Invocation5XXErrors: [0, 0],
    ResponseUploadLatency: [35_000, 35_000],
  });
  expect(served).toEqual([
    ['reader', 'AllTraffic', 1_020],
    ['reader', 'AllTraffic', 1_020],
  ]);
});

test.for([
  [400, 1, 0],
  [503, 0, 1],
])('counts an answer of %i as an error of its kind, a failure, and processed', async ([status, of4xx, of5xx]) => {
  const { clock, measured, served, submit } = await aMeasuredWorker({ status, serviceMs: 100 });
  await submit('a');
  await clock.advance(1_000);
  expect(measured).toEqual({
    InvocationFailures: [1],
    InvocationsProcessed: [1],
    TimeInBacklog: [0],
    TotalProcessingTime: [100],
    RequestDownloadLatency: [0],
    ModelLatency: [100_000],
    Invocation4XXErrors: [of4xx],
    Invocation5XXErrors: [of5xx],
  });
  expect(served).toEqual([['reader', 'AllTraffic', 100]]);
});

test('counts an error even if its body is stored nowhere', async () => {
  const script = { status: 500, serviceMs: 100 };
  const { clock, measured, served, submit } = await aMeasuredWorker(script, { failurePath: undefined });
  await submit('a');
  await clock.advance(1_000);
  expect(measured).toMatchObject({ Invocation5XXErrors: [1], ModelLatency: [100_000] });
  expect(served).toEqual([['reader', 'AllTraffic', 100]]);
});

test('counts unreadable inputs and unwritable outputs separately', async () => {
  const unreadable = await aMeasuredWorker();
  unreadable.objects.get = async () => {
    throw new EbbError('ObjectNotFound', 'There is no such object.');
  };
  await unreadable.submit('a');
  await unreadable.clock.advance(1_000);
  expect(Object.keys(unreadable.measured).sort()).toEqual([
    'InvocationFailures',
    'InvocationsProcessed',
    'RequestDownloadFailures',
    'TimeInBacklog',
    'TotalProcessingTime',
  ]);

  const unwritable = await aMeasuredWorker();
  const { stage } = unwritable.objects;
  unwritable.objects.stage = async (location, ...of) => {
    if (location.key.endsWith('.out')) throw new EbbError('BucketNotFound', 'There is no such bucket.');
    return stage.call(unwritable.objects, location, ...of);
  };
  await unwritable.submit('a');
  await unwritable.clock.advance(1_000);
  expect(unwritable.measured).toMatchObject({ ResponseUploadFailures: [1], InvocationFailures: [1] });
  expect(unwritable.measured).not.toHaveProperty('ResponseUploadLatency');
});

test('counts an expired invocation as failed, but not as processed', async () => {
  const { clock, fleet, measured, world } = await aMeasuredWorker();
  await fleet.terminateAll();
  const input = { body: Buffer.from('page') };
  await submitInvocation(world, { endpointName: 'reader', input, ttlSeconds: 60 });
  await clock.advance(65_000);
  expect(measured).toEqual({ ExpiredRequests: [1], InvocationFailures: [1] });
});

test('measures only the last attempt, not the ones that went back to the backlog', async () => {
  const { clock, measured, served, submit } = await aMeasuredWorker({ end: 'reset' });
  await submit('a');
  await clock.advance(1_400);
  expect(measured).toEqual({});
  await clock.advance(1_000);
  expect(measured).toMatchObject({ InvocationFailures: [1], InvocationsProcessed: [1] });
  expect(served).toEqual([]);
});
