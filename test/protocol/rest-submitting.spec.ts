import { connect } from 'node:net';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { SubmitScene } from '../support/submit-scene.js';

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
  await scene.deploy('still');
  await scene.holdBack('still');
});
afterAll(() => scene?.[Symbol.asyncDispose]());

describe('a submission', () => {
  it('is answered with its state and its address, and leads to an output', async () => {
    const { body, headers, status } = await scene.submit('echo', { 'content-type': 'text/plain' }, 'hello');
    expect(status).toBe(202);
    expect(body).toMatchObject({ endpointName: 'echo', inferenceId: body.id, statusUrl: `/v1/invocations/${body.id}` });
    expect(headers.get('location')).toBe(`/v1/invocations/${body.id}`);
    expect(headers.get('idempotent-replayed')).toBeNull();
    expect(await scene.settled(body.id)).toMatchObject({ state: 'Completed', contentType: 'text/plain' });
    expect(await scene.aws.objectAt(String(body['outputLocation']))).toMatchObject({ text: 'hello' });
  });

  it('passes its headers to the container, and records the rest', async () => {
    const { body } = await scene.submit(
      'echo',
      {
        'content-type': 'application/x-lines; charset=utf-8',
        accept: 'application/json',
        'inference-id': 'order 66',
        'custom-attributes': 'describe',
        priority: 'high',
        labels: 'team=search, run=a%2Cb',
        'time-to-live': '60',
        'invocation-timeout': '5',
      },
      'one\ntwo',
    );
    const invocation = await scene.settled(body.id);
    expect(invocation).toMatchObject({
      state: 'Completed',
      inferenceId: 'order 66',
      priority: 'high',
      labels: { team: 'search', run: 'a,b' },
      timeoutSeconds: 5,
    });
    expect(Date.parse(String(invocation['expiresAt'])) - Date.parse(String(invocation['acceptedAt']))).toBe(60_000);
    const output = await scene.aws.objectAt(String(body['outputLocation']));
    const { headers } = JSON.parse(output!.text) as { headers: Record<string, string> };
    expect(headers).toMatchObject({
      'content-type': 'application/x-lines; charset=utf-8',
      accept: 'application/json',
      'x-amzn-sagemaker-inference-id': 'order 66',
    });
  });

  it('takes a body without a stated length', async () => {
    const body = ReadableStream.from([Buffer.from('in '), Buffer.from('parts')]);
    const path = 'endpoints/echo/invocations';
    const { body: accepted, status } = await scene.send(path, { method: 'POST', body, duplex: 'half' } as RequestInit);
    expect(status).toBe(202);
    await scene.settled(accepted.id);
    expect(await scene.aws.objectAt(String(accepted['outputLocation']))).toMatchObject({ text: 'in parts' });
  });

  it('takes the address of an input in place of a body', async () => {
    const first = await scene.submit('echo', { 'content-type': 'text/plain' }, 'stored before');
    const { inputLocation } = await scene.settled(first.body.id);
    const { body, status } = await scene.submit('echo', { 'input-location': String(inputLocation) });
    expect(status).toBe(202);
    expect(await scene.settled(body.id)).toMatchObject({ state: 'Completed', inputLocation });
  });

  it('is answered with its place in the queue if it waits', async () => {
    const { body: first } = await scene.submit('still', {}, 'a');
    const { body: second } = await scene.submit('still', {}, 'b');
    const { body: urgent } = await scene.submit('still', { priority: 'high' }, 'c');
    expect(second['position']).toBe(Number(first['position']) + 1);
    expect(urgent['position']).toBe(0);
  });

  it('with a deadline expires at the deadline', async () => {
    const deadline = new Date(Date.now() + 90_000).toISOString();
    const { body } = await scene.submit('still', { deadline }, 'x');
    expect(body['expiresAt']).toBe(deadline);
  });

  it('is invited to send its body if it asks first', async () => {
    const socket = connect(Number(new URL(scene.url).port), '127.0.0.1');
    const head = ['POST /v1/endpoints/echo/invocations HTTP/1.1', 'Host: ebb', 'Content-Length: 2'];
    socket.write([...head, 'Expect: 100-continue', 'Connection: close', '', ''].join('\r\n'));
    const [invitation] = (await once(socket, 'data')) as [Buffer];
    expect(invitation.toString()).toMatch(/^HTTP\/1.1 100 Continue/);
    socket.write('ok');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 202 /);
    socket.destroy();
  });
});

describe('a submission that breaks a rule', () => {
  it.each<[field: string, headers: Record<string, string>]>([
    ['header.priority', { priority: 'urgent' }],
    ['header.deadline', { deadline: 'tomorrow' }],
    ['header.time-to-live', { 'time-to-live': '59' }],
    ['header.time-to-live', { 'time-to-live': '21601' }],
    ['header.invocation-timeout', { 'invocation-timeout': '0' }],
    ['header.invocation-timeout', { 'invocation-timeout': '3601' }],
    ['header.labels', { labels: 'no value' }],
    ['header.labels.a b', { labels: 'a b=c' }],
    ['header.labels', { labels: Array.from({ length: 17 }, (_, at) => `n${at}=v`).join(',') }],
    ['header.labels.long', { labels: `long=${'v'.repeat(129)}` }],
    ['header.idempotency-key', { 'idempotency-key': 'k'.repeat(256) }],
    ['header.idempotency-key', { 'idempotency-key': 'schl\u00fcssel' }],
    ['header.inference-id', { 'inference-id': 'i'.repeat(65) }],
    ['header.custom-attributes', { 'custom-attributes': 'c'.repeat(1025) }],
    ['header.input-location', { 'input-location': 'ftp://host/file' }],
    ['header.input-location', { 'input-location': 's3://No_bucket/file' }],
    ['header.content-encoding', { 'content-encoding': 'gzip' }],
  ])('is refused, naming %s: %o', async (field, headers) => {
    const body = headers['input-location'] === undefined ? 'x' : undefined;
    const refused = await scene.submit('still', headers, body);
    expect([refused.status, refused.body.code]).toEqual([400, 'InvalidRequest']);
    expect(refused.body.errors?.map((error) => error.field)).toContain(field);
  });

  it.each<[sentence: string, headers: Record<string, string>, body: string | undefined, detail: RegExp]>([
    ['has neither a body nor the address of one', {}, undefined, /Input-Location/],
    ['has both', { 'input-location': 's3://bucket/key' }, 'x', /must be absent/],
    ['has a deadline that is over', { deadline: '2020-01-01T00:00:00Z' }, 'x', /deadline/i],
  ])('is refused when it %s', async (_sentence, headers, body, detail) => {
    const refused = await scene.submit('still', headers, body);
    expect([refused.status, refused.body.code]).toEqual([400, 'InvalidRequest']);
    expect(refused.body.detail).toMatch(detail);
  });

  it('is refused for an unknown endpoint', async () => {
    const { body, status } = await scene.submit('nobody', {}, 'x');
    expect([status, body.code]).toEqual([404, 'EndpointNotFound']);
  });

  it('is refused before its body has come if its stated length is too long', async () => {
    const socket = connect(Number(new URL(scene.url).port), '127.0.0.1');
    socket.write('POST /v1/endpoints/still/invocations HTTP/1.1\r\nHost: ebb\r\nContent-Length: 1073741825\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    expect(answer.toString()).toContain('"code":"BodyTooLarge"');
  });
});

describe('a submission with an idempotency key', () => {
  it('that is repeated is answered like the first, and leaves no second input', async () => {
    const headers = { 'idempotency-key': 'same', labels: 'a=1,b=2' };
    const first = await scene.submit('still', headers, 'same body');
    const inputs = await scene.storedInputs('still');
    const again = await scene.submit('still', { ...headers, labels: 'b=2,a=1' }, 'same body');
    expect([again.status, again.body.id]).toEqual([202, first.body.id]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(await scene.storedInputs('still')).toEqual(inputs);
  });

  it('that is sent many times at once is accepted once', async () => {
    const before = (await scene.storedInputs('still')).length;
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => scene.submit('still', { 'idempotency-key': 'at once' }, 'body')),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    expect(answers.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
    expect(await scene.storedInputs('still')).toHaveLength(before + 1);
  });

  it.each<[what: string, headers: Record<string, string>, body: string]>([
    ['body', {}, 'another'],
    ['priority', { priority: 'low' }, 'one'],
    ['label', { labels: 'a=b' }, 'one'],
  ])('is refused when it comes with another %s', async (what, headers, body) => {
    const key = { 'idempotency-key': `conflict in ${what}` };
    await scene.submit('still', key, 'one');
    const inputs = await scene.storedInputs('still');
    const refused = await scene.submit('still', { ...key, ...headers }, body);
    expect([refused.status, refused.body.code]).toEqual([409, 'IdempotencyConflict']);
    expect(await scene.storedInputs('still')).toEqual(inputs);
  });

  it('creates another invocation on another endpoint', async () => {
    const key = { 'idempotency-key': 'two endpoints' };
    const [one, other] = [await scene.submit('still', key, 'x'), await scene.submit('echo', key, 'x')];
    expect(other.status).toBe(202);
    expect(other.body.id).not.toBe(one.body.id);
  });
});

describe('a submission that prefers to wait', () => {
  it('is answered with the output if it is ready in time', async () => {
    const headers = { prefer: 'respond-async, wait=20', 'content-type': 'text/plain' };
    const { headers: answered, status, text } = await scene.submit('echo', headers, 'at once');
    expect([status, text, answered.get('content-type')]).toEqual([200, 'at once', 'text/plain']);
    expect(answered.get('preference-applied')).toBe('wait=20');
    expect(answered.get('location')).toBe(`/v1/invocations/${answered.get('ebb-invocation-id')}`);
  });

  it('is answered as if it had not waited if the output is not ready in time', async () => {
    const { body, status } = await scene.submit('still', { prefer: 'wait=1' }, 'x');
    expect([status, body.state]).toEqual([202, 'Queued']);
  });

  it('is answered with a problem if there will be no output', async () => {
    const headers = { prefer: 'wait=20', 'custom-attributes': 'status=500' };
    const failed = await scene.submit('echo', headers, 'x');
    expect([failed.status, failed.body.code]).toEqual([422, 'InvocationFailed']);
    expect(failed.body.detail).toContain('Received server error (500) from model');
    const id = failed.headers.get('location')?.split('/').at(-1);
    expect(await scene.invocation(id!)).toMatchObject({ state: 'Failed' });
  });

  it('gets the output again under the same idempotency key', async () => {
    const headers = { prefer: 'wait=20', 'idempotency-key': 'waited' };
    const first = await scene.submit('echo', headers, 'output');
    const again = await scene.submit('echo', headers, 'output');
    expect([first.text, again.text, again.status]).toEqual(['output', 'output', 200]);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
  });
});

describe('a caller that breaks off', () => {
  it('leaves neither an input nor an invocation', async () => {
    await scene.deploy('broken');
    await scene.holdBack('broken');
    const socket = connect(Number(new URL(scene.url).port), '127.0.0.1');
    socket.write('POST /v1/endpoints/broken/invocations HTTP/1.1\r\nHost: ebb\r\nContent-Length: 2000000\r\n\r\n');
    await new Promise((sent) => socket.write(Buffer.alloc(1_000_000), sent));
    socket.destroy();
    await once(socket, 'close');
    // The next request is served after it.
    const { body } = await scene.submit('broken', {}, 'whole');
    const { items } = (await scene.rest.get<{ items: { id: string }[] }>('invocations?endpoint=broken')).body;
    expect(items.map(({ id }) => id)).toEqual([body.id]);
    await eventually('there is one input', async () => (await scene.storedInputs('broken')).length === 1);
  });
});

describe('an endpoint whose intake is paused', () => {
  it('refuses with 503 and a Retry-After', async () => {
    await scene.deploy('closed');
    await scene.rest.post('endpoints/closed:pause', { intake: true });
    const { body, headers, status } = await scene.submit('closed', {}, 'x');
    expect([status, body.code]).toEqual([503, 'IntakePaused']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await scene.storedInputs('closed')).toEqual([]);
  });
});
