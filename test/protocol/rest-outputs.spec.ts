import { CreateBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { BUCKET, deployEndpoint } from '../support/asynchronous-endpoint.js';
import { startFauxqs } from '../support/s3-server.js';
import { SubmitScene, type SubmitAnswer } from '../support/submit-scene.js';

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await deployEndpoint(scene.aws, { name: 'echo', minimum: 1, maximum: 1 });
  await scene.deploy('still');
  await scene.holdBack('still');
});
afterAll(() => scene?.[Symbol.asyncDispose]());

async function completed(body: string, headers: Record<string, string> = {}): Promise<string> {
  const { body: accepted } = await scene.submit('echo', { 'content-type': 'text/plain', ...headers }, body);
  await scene.settled(accepted.id);
  return accepted.id;
}

const get = (path: string, headers: Record<string, string> = {}) => fetch(`${scene.url}/v1/${path}`, { headers });

async function refusal(path: string, headers?: Record<string, string>): Promise<[number, string]> {
  const answer = await get(path, headers);
  return [answer.status, ((await answer.json()) as SubmitAnswer).code!];
}

describe('the output', () => {
  it('is returned as the model gave it, with its type, its length and its tag', async () => {
    const id = await completed('0123456789', { 'custom-attributes': 'contentType=text/csv' });
    const answer = await get(`invocations/${id}/output`);
    expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'text/csv',
      'content-length': '10',
      etag: expect.stringMatching(/^"[0-9a-f]{32}"$/),
      'last-modified': expect.any(String),
    });
  });

  it.each([
    ['bytes=2-4', '234', 'bytes 2-4/10'],
    ['bytes=7-', '789', 'bytes 7-9/10'],
    ['bytes=-3', '789', 'bytes 7-9/10'],
    ['bytes=8-99', '89', 'bytes 8-9/10'],
  ])('of %s is that part of it', async (range, part, contentRange) => {
    const id = await completed('0123456789');
    const answer = await get(`invocations/${id}/output`, { range });
    expect([answer.status, await answer.text()]).toEqual([206, part]);
    expect(answer.headers.get('content-range')).toBe(contentRange);
  });

  it.each(['bytes=10-', 'bytes=-0'])('has no %s', async (range) => {
    const id = await completed('0123456789');
    expect(await refusal(`invocations/${id}/output`, { range })).toEqual([416, 'InvalidRange']);
  });

  it('is whole if a range is invalid', async () => {
    const id = await completed('0123456789');
    const answer = await get(`invocations/${id}/output`, { range: 'lines=1-2' });
    expect([answer.status, await answer.text()]).toEqual([200, '0123456789']);
  });

  it('can be checked with HEAD', async () => {
    const id = await completed('0123456789');
    const answer = await fetch(`${scene.url}/v1/invocations/${id}/output`, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, '10', '']);
  });

  it('is sandboxed, so that a page in it cannot act on Ebb in a browser', async () => {
    const script = '<script>fetch("/v1/keys")</script>';
    const answer = await get(`invocations/${await completed(script, { 'content-type': 'text/html' })}/output`);
    expect(await answer.text()).toBe(script);
    expect(answer.headers.get('content-security-policy')).toBe('sandbox');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });

  it('is sent by Ebb if the storage has no addresses of its own', async () => {
    const id = await completed('from storage');
    const answer = await fetch(`${scene.url}/v1/invocations/${id}/output?redirect=true`, { redirect: 'manual' });
    expect([answer.status, await answer.text()]).toEqual([200, 'from storage']);
  });

  it('is not available before the end', async () => {
    const { body } = await scene.submit('still', {}, 'x');
    expect(await refusal(`invocations/${body.id}/output`)).toEqual([409, 'InvocationNotSettled']);
    expect(await refusal(`invocations/${body.id}/failure`)).toEqual([409, 'InvocationNotSettled']);
  });

  it('is not found once it has been deleted', async () => {
    const id = await completed('soon gone');
    const { outputLocation } = await scene.invocation(id);
    await fetch(`${scene.url}/${String(outputLocation).slice('s3://'.length)}`, { method: 'DELETE' });
    expect(await refusal(`invocations/${id}/output`)).toEqual([404, 'ObjectNotFound']);
  });

  it('is not found for an unknown invocation', async () => {
    expect(await refusal('invocations/nothing/output')).toEqual([404, 'InvocationNotFound']);
  });
});

describe('a failed invocation', () => {
  it('has no output, and a failure object with the answer of the model', async () => {
    const id = await completed('the words of the model', { 'custom-attributes': 'status=500' });
    expect(await refusal(`invocations/${id}/output`)).toEqual([422, 'InvocationFailed']);
    const { failureUrl } = await scene.invocation(id);
    const answer = await get(String(failureUrl).slice('/v1/'.length));
    expect([answer.status, await answer.text()]).toEqual([200, 'the words of the model']);
  });

  it('has no failure object if its endpoint has no failure path', async () => {
    const { body } = await scene.submit('still', {}, 'x');
    await scene.rest.delete(`invocations/${body.id}`);
    expect(await scene.invocation(body.id)).not.toHaveProperty('failureUrl');
    expect(await refusal(`invocations/${body.id}/failure`)).toEqual([404, 'ObjectNotFound']);
  });
});

describe('a completed invocation', () => {
  it('has no failure object', async () => {
    expect(await refusal(`invocations/${await completed('x')}/failure`)).toEqual([404, 'ObjectNotFound']);
  });
});

describe('the input', () => {
  it('is returned as it was sent, also before the end', async () => {
    const { body } = await scene.submit('still', { 'content-type': 'application/x-lines' }, 'one\ntwo');
    const answer = await get(`invocations/${body.id}/input`);
    expect([answer.status, answer.headers.get('content-type'), await answer.text()]).toEqual([
      200,
      'application/x-lines',
      'one\ntwo',
    ]);
  });

  it('is returned from its given location', async () => {
    await scene.aws.s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'in/1', Body: 'stored before' }));
    const { body } = await scene.submit('still', { 'input-location': `s3://${BUCKET}/in/1` });
    expect(await (await get(`invocations/${body.id}/input`)).text()).toBe('stored before');
  });
});

describe('storage with an address of its own', () => {
  it('gets a redirect if the client prefers one', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'any').stubEnv('AWS_SECRET_ACCESS_KEY', 'any');
    const s3 = await startFauxqs();
    try {
      const endpoint = await s3.client.config.endpoint!();
      await using stored = await SubmitScene.start({
        EBB_OBJECTS: 's3',
        EBB_S3_ENDPOINT: `http://127.0.0.1:${endpoint.port}`,
      });
      await s3.client.send(new CreateBucketCommand({ Bucket: 'sagemaker-us-east-1-000000000000' }));
      await stored.deploy('echo', { minInstances: 1 });
      const { body } = await stored.submit('echo', {}, 'from storage');
      expect(await stored.settled(body.id)).toMatchObject({ state: 'Completed' });
      const path = `${stored.url}/v1/invocations/${body.id}/output`;
      const answer = await fetch(`${path}?redirect=true`, { redirect: 'manual' });
      expect([answer.status, answer.headers.get('cache-control')]).toEqual([303, 'no-store']);
      expect(await (await fetch(answer.headers.get('location')!)).text()).toBe('from storage');
      expect(await (await fetch(path)).text()).toBe('from storage');
    } finally {
      await s3.close();
      vi.unstubAllEnvs();
    }
  });
});
