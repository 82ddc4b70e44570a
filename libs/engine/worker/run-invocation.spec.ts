import { describe, expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { type InvocationScript } from '../../../test/support/memory-instances.js';
import {
  deployEndpoint,
  ERROR_TOPIC,
  type MemoryWorld,
  memoryWorld,
  SUCCESS_TOPIC,
} from '../../../test/support/memory-world.js';
import { type AttemptEnd, afterAttempt } from '../../core/invocation/attempt.js';
import { Abandoned } from '../instance/slot.js';
import { type Attempt, runInvocation } from './run-invocation.js';

const INPUT = { bucket: 'results', key: 'input' } as const;

async function aWorld(script: InvocationScript = {}): Promise<MemoryWorld> {
  const world = memoryWorld({ invoke: () => ({ contentType: 'text/plain', ...script }) });
  const endpoint = await deployEndpoint(world);
  await world.objects.put(INPUT, Buffer.from('page'), { contentType: 'image/png' });
  const [variant] = endpoint.variants;
  const spec = {
    instanceId: 'i',
    endpointName: 'reader',
    variantName: variant!.name,
    deploymentId: 'first',
    container: variant!.container,
    downloadTimeoutMs: 1,
  };
  await Promise.all([world.instances.launch(spec), world.clock.advance(0)]);
  return world;
}

function anInvocation(world: MemoryWorld, of: Partial<Invocation> = {}): Invocation {
  return {
    id: '1',
    inferenceId: 'label',
    endpointName: 'reader',
    inputLocation: 's3://results/input',
    outputLocation: 's3://results/1.out',
    failureLocation: 's3://results/1-error.out',
    acceptedAt: world.clock.now(),
    expiresAt: world.clock.now() + 60_000,
    timeoutMs: 20_000,
    includeResponseIn: [],
    state: 'Running',
    attempt: 1,
    brokenAttempts: 0,
    ...of,
  };
}

/** Runs the invocation to its end, regardless of how much virtual time that takes. */
async function run(
  world: MemoryWorld,
  of: Partial<Invocation> = {},
  abandon = new AbortController(),
): Promise<Attempt> {
  let attempt: Attempt | undefined;
  const assignment = { invocation: anInvocation(world, of), instanceId: 'i', abandon: abandon.signal };
  void runInvocation(world.world, assignment).then((end) => (attempt = end));
  await world.clock.runUntil(() => attempt !== undefined);
  return attempt!;
}

function reasonOf(end: AttemptEnd, world: MemoryWorld): string | undefined {
  const after = afterAttempt(anInvocation(world), end);
  return after.do === 'settle' ? after.failureReason : undefined;
}

describe('an attempt', () => {
  test('ends with the response stored, but not visible before it is settled', async () => {
    const world = await aWorld({ body: () => Buffer.from('text') });
    const { end, staged, response } = await run(world);
    expect({ end, response }).toEqual({ end: { kind: 'succeeded', contentType: 'text/plain' }, response: undefined });
    await expect(world.objects.head({ bucket: 'results', key: '1.out' })).rejects.toThrow('There is no object');
    await staged!.commit();
    expect(await world.objects.head({ bucket: 'results', key: '1.out' })).toMatchObject({
      sizeBytes: 4,
      contentType: 'text/plain',
    });
  });

  test('sends the container the content type of the object if the caller sent none', async () => {
    const world = await aWorld({ contentType: undefined });
    expect((await run(world)).end).toEqual({ kind: 'succeeded', contentType: 'image/png' });
    expect((await run(world, { contentType: 'image/jpeg' })).end).toEqual({
      kind: 'succeeded',
      contentType: 'image/jpeg',
    });
  });

  test('keeps the response for a notification that carries it, up to the limit', async () => {
    const wanted = { successTopic: SUCCESS_TOPIC, includeResponseIn: ['success'] } as const;
    const longest = await aWorld({ body: () => Buffer.alloc(128 * 1024, 'x'), chunked: true });
    expect((await run(longest, wanted)).response).toHaveLength(128 * 1024);
    const longer = await aWorld({ body: () => Buffer.alloc(128 * 1024 + 1, 'x') });
    expect((await run(longer, wanted)).response).toBeUndefined();
  });

  test('keeps an error response for the error topic even if it is stored nowhere', async () => {
    const world = await aWorld({ status: 500, body: () => Buffer.from('no') });
    const attempt = await run(world, {
      failureLocation: undefined,
      errorTopic: ERROR_TOPIC,
      includeResponseIn: ['error'],
    });
    expect({ ...attempt, response: String(attempt.response) }).toMatchObject({
      end: { kind: 'model-error', status: 500 },
      staged: undefined,
      response: 'no',
    });
  });

  test('is not begun if its time in the backlog is over', async () => {
    const world = await aWorld();
    expect(await run(world, { expiresAt: world.clock.now() })).toEqual({ end: { kind: 'expired' } });
  });
});

describe('the failure reason of an attempt', () => {
  const LOGS = 'See the SageMaker Endpoint logs in your account for more information.';

  test.each<[string, InvocationScript, Partial<Invocation>, string]>([
    [
      'says that the model refused the invocation',
      { status: 400 },
      {},
      `ClientError: Received client error (400) from model. ${LOGS}`,
    ],
    ['says that the model failed', { status: 500 }, {}, `ClientError: Received server error (500) from model. ${LOGS}`],
    [
      'says that a model that hangs did not answer in time',
      { end: 'hang' },
      {},
      `ClientError: Received server error (0) from model. The model did not answer within 20 seconds. ${LOGS}`,
    ],
    [
      'says that a model that is too slow did not answer in time',
      { serviceMs: 20_001 },
      {},
      `ClientError: Received server error (0) from model. The model did not answer within 20 seconds. ${LOGS}`,
    ],
    [
      'says that the response broke off',
      { end: 'break-off', chunked: true },
      {},
      'ClientError: Received server error (500) from primary and could not load the entire response body: it broke ' +
        'off: The container closed the connection.',
    ],
    [
      'says that the response headers are too long',
      { headerBytes: 4097 },
      {},
      'ClientError: Response received from the primary container has headers with length greater than 4096 bytes. ' +
        "Reduce the length of your container's response headers and update your endpoint.",
    ],
    [
      'says that the input could not be read',
      {},
      { inputLocation: 's3://results/nowhere' },
      'ClientError: The input at s3://results/nowhere could not be read: ',
    ],
    [
      'says that the output could not be written',
      {},
      { outputLocation: 's3://no-such-bucket/1.out' },
      'ClientError: The output could not be written to s3://no-such-bucket/1.out: ',
    ],
  ])('%s', async (_sentence, script, of, reason) => {
    const world = await aWorld(script);
    const text = reasonOf((await run(world, of)).end, world);
    expect(text?.slice(0, reason.length)).toBe(reason);
  });

  test('is absent if the headers have exactly the limit', async () => {
    expect((await run(await aWorld({ headerBytes: 4096 }))).end.kind).toBe('succeeded');
  });
});

describe('it is not the model’s failure if', () => {
  test.each<[string, InvocationScript]>([
    ['the connection was reset before a response', { end: 'reset' }],
    ['the instance died before a response', { end: 'die' }],
    ['the instance died in the middle of its response', { end: 'die-answering', chunked: true }],
  ])('%s', async (_sentence, script) => {
    const world = await aWorld(script);
    const abandon = new AbortController();
    const launched = world.instances;
    const dies = script.end === 'die-answering';
    // The fleet learns of the death a moment after the stream broke off.
    if (dies) void world.clock.sleep(100).then(() => abandon.abort(new Abandoned({ kind: 'instance-broke' })));
    expect((await run(world, {}, abandon)).end).toEqual({ kind: 'instance-broke' });
    expect(await launched.list()).toHaveLength(script.end === 'reset' ? 1 : 0);
  });

  test('the worker was stopped, at any stage', async () => {
    for (const script of [{ end: 'hang' }, { serviceMs: 5_000 }] as const) {
      const world = await aWorld(script);
      const abandon = new AbortController();
      void world.clock.sleep(1_000).then(() => abandon.abort(new Abandoned({ kind: 'worker-stopped' })));
      expect((await run(world, {}, abandon)).end).toEqual({ kind: 'worker-stopped' });
    }
  });
});

test('ends the response if storage fails in the middle, and does not blame the model', async () => {
  const world = await aWorld({ chunked: true });
  let wasCancelled = false;
  const invoke = world.instances.invoke.bind(world.instances);
  world.instances.invoke = async (...args) => ({
    ...(await invoke(...args)),
    body: endless(() => (wasCancelled = true)),
  });
  world.objects.stage = async () => {
    throw new EbbError('StorageFull', 'There is no room.');
  };
  expect((await run(world)).end).toEqual({
    kind: 'output-unwritable',
    reason: 'The output could not be written to s3://results/1.out: There is no room.',
  });
  expect(wasCancelled).toBe(true);
});

function endless(onReturn: () => void): AsyncIterable<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = {
    next: async () => ({ done: false, value: Buffer.from('x') }),
    return: async () => {
      onReturn();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}
