import { beforeEach, describe, expect, it, vi } from 'vitest';
import { HeldBody, bytes } from '../../../test/support/bodies.js';
import { type MemoryWorld, deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { ANONYMOUS, type Caller } from '../../core/access/caller.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { MAX_INPUT_BYTES, type Submission } from '../../core/invocation/submission.js';
import { QuotaGate } from '../access/quota-gate.js';
import { submitForCaller } from './submit-for-caller.js';

const KEY: Caller = { keyId: 'EBBK1', name: 'key', role: 'submit' };

let scene: MemoryWorld;
let gate: QuotaGate;

beforeEach(async () => {
  scene = memoryWorld();
  gate = new QuotaGate(scene.world);
  await deployEndpoint(scene);
});

function submit(caller: Caller, submission: Partial<Submission>, signal?: AbortSignal) {
  const input = { body: bytes('input') };
  return submitForCaller(
    scene.world,
    gate,
    { caller, submission: { endpointName: 'reader', input, ...submission } },
    signal,
  );
}

async function* chunks(...parts: string[]): AsyncGenerator<Uint8Array, void, void> {
  for (const part of parts) yield bytes(part);
}

async function storedInputs(): Promise<number> {
  return (await scene.objects.list('sagemaker-us-east-1-000000000000')).objects.length;
}

describe('submitting for a caller', () => {
  it('records the access key of the caller', async () => {
    expect((await submit(KEY, {})).invocation.submittedBy).toBe('EBBK1');
    expect((await submit(ANONYMOUS, {})).invocation.submittedBy).toBeUndefined();
  });

  it('refuses a submission whose output address is impossible, and stores nothing of it', async () => {
    const outputPath = `s3://results/${'é'.repeat(480)}`;
    await scene.catalog.endpoints.update(endpointKey('reader'), (endpoint) => ({
      ...endpoint,
      asyncInference: { ...endpoint.asyncInference!, outputPath },
    }));
    await expect(submit(KEY, { filename: 'page.json' })).resolves.toBeDefined();
    const tooLong = submit(KEY, { filename: `${'n'.repeat(100)}.json` });
    await expect(tooLong).rejects.toMatchObject({ code: 'InvalidRequest', message: expect.stringMatching(/too long/) });
    expect(await storedInputs()).toBe(1);
  });

  it('lets two callers use the same idempotency key', async () => {
    const other = { ...KEY, keyId: 'EBBK2' };
    const [one, two] = [await submit(KEY, { idempotencyKey: 'k' }), await submit(other, { idempotencyKey: 'k' })];
    expect(two.isRepeat).toBe(false);
    expect(two.invocation.id).not.toBe(one.invocation.id);
    expect((await submit(KEY, { idempotencyKey: 'k' })).isRepeat).toBe(true);
  });

  it('recognises a repeat by its content, regardless of how it is sent and stored', async () => {
    const first = await submit(KEY, { idempotencyKey: 'k' });
    const put = scene.objects.put.bind(scene.objects);
    scene.objects.put = async (...args) => ({ ...(await put(...args)), etag: 'of its own-2' });
    const again = await submit(KEY, { idempotencyKey: 'k', input: { stream: chunks('in', 'put') } });
    expect(again.invocation.id).toBe(first.invocation.id);
    const other = submit(KEY, { idempotencyKey: 'k', input: { stream: chunks('In', 'put') } });
    await expect(other).rejects.toMatchObject({ code: 'IdempotencyConflict' });
    expect(await storedInputs()).toBe(1);
  });

  it('returns the accepted invocation for a repeat, even if it could not be accepted now', async () => {
    const caller = { ...KEY, quotas: { queuedInvocations: 1 } };
    const asked = { idempotencyKey: 'k', startBy: scene.clock.now() + 1000 };
    const first = await submit(caller, asked);
    await expect(submit(caller, {})).rejects.toMatchObject({ code: 'QuotaExceeded' });
    const puts = vi.spyOn(scene.objects, 'put');
    const again = { ...asked, input: { stream: chunks('in', 'put') } };
    expect(await submit(caller, again)).toMatchObject({ isRepeat: true, invocation: { id: first.invocation.id } });
    await scene.clock.advance(2000);
    await scene.catalog.endpoints.update(endpointKey('reader'), (endpoint) => ({ ...endpoint, intake: 'paused' }));
    expect((await submit(caller, asked)).isRepeat).toBe(true);
    const other = submit(caller, { ...asked, input: { body: bytes('other') } });
    await expect(other).rejects.toMatchObject({ code: 'IdempotencyConflict' });
    expect(puts).not.toHaveBeenCalled();
  });

  it('counts the bytes of an input that is still being sent', async () => {
    const caller = { ...KEY, quotas: { queuedBytes: 10 } };
    const held = new HeldBody(bytes('12345678'));
    const first = submit(caller, { input: { stream: held, sizeBytes: 8 } });
    await held.started;
    await expect(submit(caller, {})).rejects.toMatchObject({ code: 'QuotaExceeded' });
    held.release();
    await first;
    await expect(submit(caller, {})).rejects.toMatchObject({ code: 'QuotaExceeded' });
    expect(await storedInputs()).toBe(1);
  });

  it('requires the length of an input if bytes are counted', async () => {
    const stream = new HeldBody(bytes('x'));
    const refused = submit({ ...KEY, quotas: { queuedBytes: 10 } }, { input: { stream } });
    await expect(refused).rejects.toMatchObject({ code: 'InvalidRequest' });
  });

  it('refuses a deadline in the past, and accepts one in the future', async () => {
    const now = scene.clock.now();
    await expect(submit(KEY, { startBy: now })).rejects.toMatchObject({ code: 'InvalidRequest' });
    expect((await submit(KEY, { startBy: now + 1 })).invocation.expiresAt).toBe(now + 1);
    expect(await storedInputs()).toBe(1);
  });
});

describe('an input that streams in', () => {
  it('is refused at once if its stated length is too long', async () => {
    const stream = new HeldBody(bytes('x'));
    const refused = submit(KEY, { input: { stream, sizeBytes: MAX_INPUT_BYTES + 1 } });
    await expect(refused).rejects.toMatchObject({ code: 'BodyTooLarge' });
    expect(await storedInputs()).toBe(0);
  });

  it('is cut off when it becomes too long, and leaves nothing', async () => {
    const chunk = new Uint8Array(64 * 1_048_576);
    async function* endless(): AsyncGenerator<Uint8Array, void, void> {
      for (;;) yield chunk;
    }
    // This storage discards the input, because keeping it in memory is not part of the test.
    const objects = Object.assign(Object.create(scene.objects) as typeof scene.objects, {
      put: async (_location: object, body: AsyncIterable<Uint8Array>) => {
        for await (const _ of body);
      },
    });
    const world = { ...scene.world, objects };
    const submission = { endpointName: 'reader', input: { stream: endless() } };
    await expect(submitForCaller(world, gate, { caller: KEY, submission })).rejects.toMatchObject({
      code: 'BodyTooLarge',
    });
    expect(await scene.invocations.list({})).toEqual([]);
  });

  it('leaves neither an input nor an invocation if it breaks off', async () => {
    const gone = new AbortController();
    const held = new HeldBody(bytes('half and half'));
    const submitting = submit(KEY, { input: { stream: held } }, gone.signal);
    await held.started;
    gone.abort(new Error('gone'));
    held.release();
    await expect(submitting).rejects.toThrow('gone');
    expect(await storedInputs()).toBe(0);
    expect(await scene.invocations.list({})).toEqual([]);
  });

  it('is accepted when it has come, not when it began', async () => {
    const held = new HeldBody(bytes('half and half'));
    const submitting = submit(KEY, { input: { stream: held }, ttlSeconds: 60 });
    await held.started;
    await scene.clock.advance(90_000);
    held.release();
    const { invocation } = await submitting;
    expect(invocation.acceptedAt).toBe(scene.clock.now());
    expect(invocation.expiresAt).toBe(scene.clock.now() + 60_000);
  });
});
