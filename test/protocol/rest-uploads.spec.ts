import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SubmitScene, type Submitted } from '../support/submit-scene.js';

let scene: SubmitScene;

beforeAll(async () => {
  scene = await SubmitScene.start();
  await scene.deploy('echo', { minInstances: 1 });
});
afterAll(() => scene?.[Symbol.asyncDispose]());

interface Ticket {
  readonly inputLocation: string;
  readonly uploadUrl: string;
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly expiresAt: string;
}

async function ticketFor(name: string, wish?: object): Promise<Ticket> {
  const { body, status } = await scene.rest.post<Ticket>(`endpoints/${name}/uploads`, wish);
  expect(status).toBe(201);
  return body;
}

function upload(url: string, headers: Record<string, string>, body: string): Promise<Submitted> {
  return scene.send(url.slice(url.indexOf('/v1/') + 4), { method: 'PUT', headers, body });
}

describe('a ticket', () => {
  it('takes an input without a key, which is then submitted by its address', async () => {
    const ticket = await ticketFor('echo', { contentType: 'text/csv' });
    expect(ticket).toMatchObject({ method: 'PUT', headers: { 'content-type': 'text/csv' } });
    expect(ticket.uploadUrl).toMatch(`${scene.url}/v1/uploads/`);
    const left = Date.parse(ticket.expiresAt) - Date.now();
    expect(left).toBeGreaterThan(3_500_000);
    expect(left).toBeLessThan(3_700_000);
    const { method, headers } = ticket;
    const stored = await fetch(ticket.uploadUrl, { method, headers, body: 'a,b\n1,2\n' });
    expect([stored.status, stored.headers.get('etag')]).toEqual([200, expect.stringMatching(/^"[0-9a-f]{32}"$/)]);
    const submission = { 'input-location': ticket.inputLocation, 'content-type': 'text/csv', prefer: 'wait=20' };
    const { status, text } = await scene.submit('echo', submission);
    expect([status, text]).toEqual([200, 'a,b\n1,2\n']);
  });

  it('may be requested without describing the input, and used again until the upload succeeds', async () => {
    const { headers, inputLocation, uploadUrl } = await ticketFor('echo');
    expect(headers).toEqual({});
    await upload(uploadUrl, { 'content-type': 'text/plain' }, 'wrong');
    await upload(uploadUrl, { 'content-type': 'text/plain' }, 'right');
    expect(await scene.aws.objectAt(inputLocation)).toEqual({ contentType: 'text/plain', text: 'right' });
  });

  it('takes no input of another type than agreed', async () => {
    const { inputLocation, uploadUrl } = await ticketFor('echo', { contentType: 'image/png' });
    const { body, status } = await upload(uploadUrl, { 'content-type': 'text/html' }, '<script>');
    expect([status, body.code]).toEqual([400, 'InvalidRequest']);
    expect(await scene.aws.objectAt(inputLocation)).toBeUndefined();
  });

  it('that was changed is refused', async () => {
    const { inputLocation, uploadUrl } = await ticketFor('echo');
    const last = uploadUrl.at(-9) === 'A' ? 'B' : 'A';
    const { body, status } = await upload(`${uploadUrl.slice(0, -9)}${last}${uploadUrl.slice(-8)}`, {}, 'x');
    expect([status, body.code]).toEqual([403, 'AccessDenied']);
    expect((await upload(`${scene.url}/v1/uploads/anything`, {}, 'x')).status).toBe(403);
    expect(await scene.aws.objectAt(inputLocation)).toBeUndefined();
  });

  it('shows no object after a partial upload', async () => {
    const { inputLocation, uploadUrl } = await ticketFor('echo');
    const broken = request(uploadUrl, { method: 'PUT', headers: { 'content-length': '200000' } });
    broken.on('error', () => undefined);
    await new Promise((sent) => broken.write(Buffer.alloc(100_000), sent));
    broken.destroy();
    await new Promise((closed) => broken.once('close', closed));
    await scene.submit('echo', {}, 'something else');
    expect(await scene.aws.objectAt(inputLocation)).toBeUndefined();
  });

  it('is refused for an unknown endpoint, or unknown members', async () => {
    expect((await scene.rest.post('endpoints/nobody/uploads')).status).toBe(404);
    expect((await scene.rest.post('endpoints/echo/uploads', { bucket: 'mine' })).status).toBe(400);
    expect((await scene.rest.post('endpoints/echo/uploads', { contentType: 'a\nb' })).status).toBe(400);
  });
});

describe('Ebb behind a public URL', () => {
  it('sends uploads to its public URL', async () => {
    await using proxied = await SubmitScene.start({ EBB_PUBLIC_URL: 'https://ebb.example.com/' });
    await proxied.deploy('echo');
    const { body } = await proxied.rest.post<Ticket>('endpoints/echo/uploads');
    expect(body.uploadUrl).toMatch('https://ebb.example.com/v1/uploads/');
  });
});
