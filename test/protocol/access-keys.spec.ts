import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

let ebb: KeyedEbb<'operator' | 'limited' | 'reader'>;

beforeAll(async () => {
  ebb = await startWithKeys({
    operator: { role: 'operate' },
    limited: { role: 'read', quotas: { requestsPerMinute: 3 } },
    reader: { role: 'read' },
  });
});
afterAll(() => ebb[Symbol.asyncDispose]());

type Json = Readonly<Record<string, unknown>>;

async function operate(method: string, path: string, body?: object): Promise<[number, Json]> {
  const response = await ebb.ask('operator', method, path, body);
  return [response.status, (await response.json()) as Json];
}

async function create(differences: object = {}): Promise<Json & Record<'id' | 'token' | 'secretAccessKey', string>> {
  const [status, key] = await operate('POST', '/v1/keys', { name: 'ci', role: 'submit', ...differences });
  expect(status).toBe(201);
  return key as Json & Record<'id' | 'token' | 'secretAccessKey', string>;
}

async function statusOf(token: string): Promise<number> {
  const response = await fetch(`${ebb.url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
  return response.status;
}

describe('a key', () => {
  it('is shown with its secrets once, to its creator', async () => {
    const response = await ebb.ask('operator', 'POST', '/v1/keys', {
      name: 'ci',
      role: 'submit',
      endpoints: ['reader', 'team-*'],
      quotas: { queuedInvocations: 10 },
    });
    const { token, secretAccessKey, webhookSecret, ...shown } = (await response.json()) as Json;
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('location')).toBe(`/v1/keys/${String(shown['id'])}`);
    expect([token, secretAccessKey, webhookSecret]).toEqual([
      expect.stringMatching(/^ebb_EBBK/),
      expect.stringMatching(/^.{40}$/),
      expect.stringMatching(/^whsec_/),
    ]);
    expect(shown).toMatchObject({
      name: 'ci',
      role: 'submit',
      endpoints: ['reader', 'team-*'],
      quotas: { queuedInvocations: 10 },
      createdBy: 'operator',
      credentials: [{ createdAt: shown['createdAt'] }],
    });
    expect(await operate('GET', `/v1/keys/${String(shown['id'])}`)).toEqual([200, shown]);
  });

  it('is listed with all others, page by page', async () => {
    const made = [await create(), await create()].map(({ id }) => id);
    const ids: string[] = [];
    for (let path = '/v1/keys?limit=1'; path;) {
      const [, page] = await operate('GET', path);
      ids.push(...(page['items'] as { id: string }[]).map(({ id }) => id));
      path = page['nextCursor'] ? `/v1/keys?limit=1&cursor=${String(page['nextCursor'])}` : '';
    }
    expect(ids).toEqual([...ids].sort());
    expect(ids).toEqual(expect.arrayContaining([...made, ebb.keys.operator.key.id]));
  });

  it('admits no request from the moment it is revoked', async () => {
    const { id, token } = await create();
    expect(await statusOf(token)).toBe(200);
    const [status, revoked] = await operate('DELETE', `/v1/keys/${id}`);
    expect([status, revoked['credentials']]).toEqual([200, []]);
    expect(revoked['revokedAt']).toEqual(expect.any(String));
    expect(await statusOf(token)).toBe(401);
    expect(await operate('GET', `/v1/keys/${id}`)).toEqual([200, revoked]);
  });

  it('that is rotated has two tokens during the grace, and only the new one without a grace', async () => {
    const { id, token } = await create();
    const [, first] = await operate('POST', `/v1/keys/${id}:rotate`, { graceSeconds: 3600 });
    expect(first['credentials']).toHaveLength(2);
    expect([await statusOf(token), await statusOf(String(first['token']))]).toEqual([200, 200]);
    const [, second] = await operate('POST', `/v1/keys/${id}:rotate`, { graceSeconds: 0 });
    const statuses = [token, String(first['token']), String(second['token'])].map(statusOf);
    expect(await Promise.all(statuses)).toEqual([401, 401, 200]);
  });

  it('gets a new webhook secret and keeps its tokens', async () => {
    const { id, token } = await create();
    const [status, rotated] = await operate('POST', `/v1/keys/${id}:rotate-webhook-secret`);
    expect([status, rotated['token'], rotated['webhookSecret']]).toEqual([
      200,
      undefined,
      expect.stringMatching(/^whsec_/),
    ]);
    expect(rotated['webhookSecrets']).toHaveLength(2);
    expect(await statusOf(token)).toBe(200);
  });

  it('of anonymous callers has only a webhook secret, which can be rotated', async () => {
    const [status, rotated] = await operate('POST', '/v1/keys/anonymous:rotate-webhook-secret', {});
    expect([status, rotated['credentials']]).toEqual([200, []]);
    expect((await operate('POST', '/v1/keys/anonymous:rotate', {}))[0]).toBe(404);
  });

  it.each([
    ['name', { name: '' }],
    ['role', { role: 'admin' }],
    ['endpoints.0', { endpoints: ['a/b'] }],
    ['quotas.queuedBytes', { quotas: { queuedBytes: 0 } }],
    ['secret', { secret: 'mine' }],
  ])('is refused if its %s breaks a rule', async (member, wrong) => {
    const [status, problem] = await operate('POST', '/v1/keys', { name: 'ci', role: 'submit', ...wrong });
    expect([status, problem['code']]).toEqual([400, 'InvalidRequest']);
    expect(problem['errors']).toEqual([{ field: `body.${member}`, rule: expect.any(String) }]);
  });

  it.each([
    ['GET', ''],
    ['DELETE', ''],
    ['POST', ':rotate'],
    ['POST', ':rotate-webhook-secret'],
  ])('that does not exist is not found by %s %s', async (method, verb) => {
    const [status, problem] = await operate(method, `/v1/keys/EBBKNONE${verb}`);
    expect([status, problem['code']]).toEqual([404, 'AccessKeyNotFound']);
  });
});

describe('a token that is wrong', () => {
  it.each([
    ['unknown', `ebb_EBBKABCDEFGH234567AB_${'x'.repeat(43)}`],
    ['no token of Ebb', 'secret'],
    ['two words', 'a b'],
    ['empty', ''],
  ])('is refused as invalid if it is %s', async (_, token) => {
    const response = await fetch(`${ebb.url}/v1/whoami`, { headers: { authorization: `Bearer ${token}` } });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="Ebb", error="invalid_token"',
    ]);
  });

  it('is treated as absent if another scheme is used', async () => {
    const response = await fetch(`${ebb.url}/v1/whoami`, { headers: { authorization: 'Basic YTpi' } });
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Ebb"']);
  });
});

describe('requests of a key with a limit', () => {
  it('report the remaining number, and are refused beyond the limit until there is room', async () => {
    const answers: [number, ...(string | null)[]][] = [];
    for (let request = 0; request < 4; request += 1) {
      const { headers, status } = await ebb.ask('limited', 'GET', '/v1/whoami');
      answers.push([status, headers.get('ratelimit-limit'), headers.get('ratelimit-remaining')]);
    }
    expect(answers).toEqual([
      [200, '3', '2'],
      [200, '3', '1'],
      [200, '3', '0'],
      [429, '3', '0'],
    ]);
    const refused = await ebb.ask('limited', 'GET', '/v1/whoami');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(refused.headers.get('retry-after')).toBe(refused.headers.get('ratelimit-reset'));
    expect(await refused.json()).toMatchObject({ code: 'TooManyRequests', status: 429 });
  });

  it('do not affect other keys', async () => {
    const { headers, status } = await ebb.ask('reader', 'GET', '/v1/whoami');
    expect([status, headers.get('ratelimit-limit')]).toEqual([200, null]);
  });
});

describe('the audit', () => {
  it('records callers, actions and answers, newest first', async () => {
    const { id } = await create();
    await operate('DELETE', `/v1/keys/${id}`);
    await operate('POST', '/v1/keys/EBBKNONE:rotate');
    const { key } = ebb.keys.operator;
    const who = { keyId: key.id, callerName: 'operator', role: 'operate', from: '127.0.0.1' };
    await expect
      .poll(async () => (await operate('GET', '/v1/audit?limit=3'))[1]['items'] as Json[])
      .toEqual([
        expect.objectContaining({ ...who, action: 'rotateKey', path: '/v1/keys/EBBKNONE:rotate', status: 404 }),
        expect.objectContaining({ ...who, action: 'revokeKey', method: 'DELETE', path: `/v1/keys/${id}`, status: 200 }),
        expect.objectContaining({ ...who, action: 'createKey', method: 'POST', path: '/v1/keys', status: 201 }),
      ]);
  });

  it('records the request id that its caller got', async () => {
    const response = await ebb.ask('operator', 'POST', '/v1/keys', { name: 'ci', role: 'read' });
    const [, page] = await operate('GET', '/v1/audit?limit=1');
    expect(page['items']).toEqual([expect.objectContaining({ requestId: response.headers.get('ebb-request-id') })]);
  });

  it('does not record reads and refused requests', async () => {
    const before = await operate('GET', '/v1/audit?limit=1');
    await operate('GET', '/v1/keys');
    await ebb.ask('reader', 'POST', '/v1/keys', { name: 'ci', role: 'operate' });
    await ebb.ask(undefined, 'DELETE', '/v1/keys/none');
    expect(await operate('GET', '/v1/audit?limit=1')).toEqual(before);
  });

  it('is read page by page, and by key', async () => {
    await create();
    await create();
    const [, first] = await operate('GET', `/v1/audit?limit=1&keyId=${ebb.keys.operator.key.id}`);
    const [, second] = await operate('GET', `/v1/audit?limit=1&cursor=${String(first['nextCursor'])}`);
    const [a, b] = [first, second].map((page) => (page['items'] as { id: string }[])[0]!.id);
    expect(a! > b!).toBe(true);
    const [, nothing] = await operate('GET', `/v1/audit?keyId=${ebb.keys.reader.key.id}`);
    expect(nothing).toEqual({ items: [] });
  });
});

describe('secrets', () => {
  it('appear only in the answer that creates them', async () => {
    const made = await create();
    const [, rotated] = await operate('POST', `/v1/keys/${made.id}:rotate`, {});
    const [, signing] = await operate('POST', `/v1/keys/${made.id}:rotate-webhook-secret`, {});
    await statusOf(`${made.token}x`);
    await fetch(`${ebb.url}/v1/nowhere?token=x`, { headers: { authorization: `Bearer ${made.token}` } });
    const plain = [made, rotated, signing, ebb.keys.operator.credential, ebb.keys.operator]
      .flatMap((answer) => ['token', 'secretAccessKey', 'webhookSecret'].map((name) => (answer as Json)[name]))
      .filter((secret) => typeof secret === 'string')
      // The part of a token that is not its key's id.
      .map((secret) => secret.slice(-40));
    expect(plain.length).toBeGreaterThan(8);
    const shown = [
      ...ebb.log,
      ...(await Promise.all(
        ['/v1/keys', `/v1/keys/${made.id}`, '/v1/audit', '/metrics'].map(async (path) =>
          (await ebb.ask('operator', 'GET', path)).text(),
        ),
      )),
      ...readdirSync(ebb.dataDirectory, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1')),
    ];
    for (const secret of plain) expect(shown.filter((text) => text.includes(secret))).toEqual([]);
  });
});
