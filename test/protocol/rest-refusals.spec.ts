import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type InProcessEbb, startInProcess } from '../support/in-process-ebb.js';

let ebb: InProcessEbb;

beforeAll(async () => {
  ebb = await startInProcess();
});
afterAll(() => ebb[Symbol.asyncDispose]());

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly problem: { readonly code?: string; readonly detail?: string; readonly errors?: readonly object[] };
}

async function call(method: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${ebb.url}${path}`, { ...init, method });
  const isProblem = response.headers.get('content-type') === 'application/problem+json';
  const body = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    problem: isProblem && body ? (JSON.parse(body) as Answer['problem']) : {},
  };
}

/** Sends requests that no client library would make, byte for byte. */
async function raw(head: string, body = ''): Promise<string> {
  const socket = connect(Number(new URL(ebb.url).port), '127.0.0.1');
  socket.end(`${head}\r\nHost: ebb\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  return text(socket);
}

describe('a method that a path does not allow', () => {
  it.each([
    ['PATCH', '/v1/keys', 'GET, HEAD, POST, OPTIONS'],
    ['PUT', '/v1/keys/some-id', 'GET, HEAD, DELETE, OPTIONS'],
    ['GET', '/v1/keys/some-id:rotate', 'POST, OPTIONS'],
    ['HEAD', '/v1/keys/some-id:rotate', 'POST, OPTIONS'],
    ['QUERY', '/v1/keys', 'GET, HEAD, POST, OPTIONS'],
    ['DELETE', '/v1/openapi.json', 'GET, HEAD, OPTIONS'],
    ['HEAD', '/v1/endpoints/ocr/logs?follow=true', 'GET, OPTIONS'],
  ])('%s %s is a 405 that says which are: %s', async (method, path, allowed) => {
    const { status, headers, problem } = await call(method, path);
    expect([status, headers.get('allow')]).toEqual([405, allowed]);
    expect(problem.code).toBe(method === 'HEAD' ? undefined : 'MethodNotAllowed');
    expect(headers.get('ebb-request-id')).toBeTruthy();
  });

  it('is refused for TRACE too, which no path allows', async () => {
    const answer = await raw('TRACE /v1/keys HTTP/1.1');
    expect(answer).toMatch(/^HTTP\/1.1 405 /);
    expect(answer).toContain('"code":"MethodNotAllowed"');
  });
});

describe('OPTIONS', () => {
  it('lists the allowed methods without a body', async () => {
    const { status, headers } = await call('OPTIONS', '/v1/keys/some-id');
    expect([status, headers.get('allow')]).toEqual([204, 'GET, HEAD, DELETE, OPTIONS']);
  });

  it('of an unknown path is a 404', async () => {
    expect(await call('OPTIONS', '/v1/nothing')).toMatchObject({ status: 404, problem: { code: 'UnknownOperation' } });
  });
});

describe('HEAD', () => {
  it('is answered like GET, without the body', async () => {
    const [head, get] = [await call('HEAD', '/v1/whoami'), await call('GET', '/v1/whoami')];
    expect([head.status, head.headers.get('content-type')]).toEqual([200, get.headers.get('content-type')]);
    expect(head.headers.get('content-length')).toBe(get.headers.get('content-length'));
  });
});

describe('an unreadable request', () => {
  it.each([
    ['GET', '/v1/nothing', 404, 'UnknownOperation'],
    ['GET', '/v1', 404, 'UnknownOperation'],
    ['GET', '/v1/', 404, 'UnknownOperation'],
    ['GET', '/v1/keys/', 404, 'UnknownOperation'],
    ['POST', '/v1/keys/a:explode', 404, 'UnknownOperation'],
    ['GET', '/v1/keys:explode', 404, 'UnknownOperation'],
    ['GET', '/v1/keys/%zz', 400, 'InvalidRequest'],
    ['GET', '/v1/keys/%ff', 400, 'InvalidRequest'],
    ['GET', '/v1/keys/a%00b', 404, 'AccessKeyNotFound'],
    ['GET', '/v1/keys/a%0d%0aLocation:%20b', 404, 'AccessKeyNotFound'],
    ['GET', '/v1/keys?unheard=of', 400, 'InvalidRequest'],
    ['GET', '/v1/keys?__proto__=x', 400, 'InvalidRequest'],
    ['GET', '/v1/keys?limit=1&limit=2', 400, 'InvalidRequest'],
    ['GET', '/v1/keys?Action=ListTopics', 400, 'InvalidRequest'],
    ['GET', '/v1/errors/nonsense', 400, 'InvalidRequest'],
  ])('%s %s is %i %s', async (method, path, status, code) => {
    const answer = await call(method, path);
    expect(answer).toMatchObject({ status, problem: { code } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('ebb-request-id')).toBeTruthy();
  });

  it.each([[200], [2_000], [12_000]])('is a 400 for an id of %i characters', async (length) => {
    expect(await call('GET', `/v1/keys/${'a'.repeat(length)}`)).toMatchObject({
      status: 400,
      problem: { code: 'InvalidRequest' },
    });
  });

  it('is a 400 that names every broken rule and its place', async () => {
    const { problem } = await call('GET', '/v1/keys?limit=none&unheard=of');
    expect(problem.errors).toEqual([
      { field: 'query.unheard', rule: 'there is no such parameter here' },
      { field: 'query.limit', rule: 'must be a whole number from 1 to 1000' },
    ]);
  });

  it('is answered by Ebb even if it looks like a call of AWS', async () => {
    const headers = { 'x-amz-target': 'Nonsense.Nothing' };
    expect(await call('GET', '/v1/keys?unheard=of', { headers })).toMatchObject({ status: 400 });
  });
});

describe('a JSON body', () => {
  const url = '/v1/keys';
  const body = JSON.stringify({ name: 'reader', role: 'read' });

  it.each([
    ['application/json'],
    ['application/json; charset=utf-8'],
    ['Application/JSON'],
    ['application/merge+json'],
  ])('may come as %s', async (type) => {
    expect(await call('POST', url, { body, headers: { 'content-type': type } })).toMatchObject({ status: 201 });
  });

  it('may have no content type', async () => {
    expect(await call('POST', url, { body: Buffer.from(body) })).toMatchObject({ status: 201 });
  });

  it.each([['text/plain'], ['application/x-www-form-urlencoded'], ['multipart/form-data; boundary=x'], ['nonsense']])(
    'is a 415 as %s',
    async (type) => {
      const answer = await call('POST', url, { body, headers: { 'content-type': type } });
      expect(answer).toMatchObject({ status: 415, problem: { code: 'UnsupportedContentType' } });
    },
  );

  it('is a 415 if it is compressed', async () => {
    const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
    expect(await call('POST', url, { body, headers })).toMatchObject({ status: 415 });
  });

  it.each([
    ['{', 'half a document'],
    ['', 'nothing'],
    ['[]', 'a list'],
    ['null', 'null'],
    ['"\ud800"', 'half a character'],
    ['{"name":"x","role":"read","__proto__":{"role":"operate"}}', 'a member that nothing has'],
  ])('that is %j is a 400: %s', async (wrong) => {
    const answer = await call('POST', url, {
      body: Buffer.from(wrong),
      headers: { 'content-type': 'application/json' },
    });
    expect(answer).toMatchObject({ status: 400, problem: { code: 'InvalidRequest' } });
  });

  it('that is nested too deep is a 400', async () => {
    const deep = '['.repeat(30_000) + ']'.repeat(30_000);
    expect(await call('POST', url, { body: Buffer.from(deep) })).toMatchObject({ status: 400 });
  });

  it('that is not UTF-8 is a 400', async () => {
    expect(await call('POST', url, { body: Buffer.from([0x22, 0xff, 0x22]) })).toMatchObject({ status: 400 });
  });

  it('that is too long is a 413, with or without a stated length', async () => {
    const long = Buffer.alloc(100_000, 'x');
    expect(await call('POST', url, { body: long })).toMatchObject({ status: 413, problem: { code: 'BodyTooLarge' } });
    const stream = new Blob([long]).stream();
    const unsaid = { body: stream, duplex: 'half' } as RequestInit;
    expect(await call('POST', url, unsaid)).toMatchObject({ status: 413, problem: { code: 'BodyTooLarge' } });
  });
});
