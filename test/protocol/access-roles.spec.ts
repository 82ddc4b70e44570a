import { once } from 'node:events';
import { type IncomingMessage, get } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Role } from '../../libs/core/access/caller.js';
import { ALL_ROUTES } from '../../libs/wire/rest/all-routes.js';
import type { Route } from '../../libs/wire/rest/route.js';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

type Name = Role | 'confined-submit' | 'confined-read' | 'confined-operate';

let ebb: KeyedEbb<Name>;

beforeAll(async () => {
  const endpoints = ['reader', 'team-a-*'];
  ebb = await startWithKeys({
    submit: { role: 'submit' },
    read: { role: 'read' },
    operate: { role: 'operate' },
    'confined-submit': { role: 'submit', endpoints },
    'confined-read': { role: 'read', endpoints },
    'confined-operate': { role: 'operate', endpoints },
  });
});
afterAll(() => ebb[Symbol.asyncDispose]());

/** Returns the roles that the route admits. Submitters and readers may both read. */
function rolesFor({ access, method }: Route): readonly Role[] {
  switch (access) {
    case 'submit':
      return method === 'GET' ? ['submit', 'read', 'operate'] : ['submit', 'operate'];
    case 'read':
      return ['read', 'operate'];
    default:
      return ['operate'];
  }
}

/**
 * Returns the path of the route with names that do not exist. Requests to it without a body test only the access check.
 */
function path(route: Route, endpoint = 'nobody'): string {
  return route.path
    .replace('{name}', endpoint)
    .replace('{code}', 'invalid-request')
    .replace(/\{\w+\}/g, 'none');
}

async function isLetIn(name: Name, route: Route, endpoint?: string): Promise<boolean> {
  const response = await ebb.ask(name, route.method, path(route, endpoint));
  await response.body?.cancel();
  expect(response.status).not.toBe(401);
  return response.status !== 403;
}

const guarded = ALL_ROUTES.filter(({ access }) => access !== 'anyone');
const named = (routes: readonly Route[]): [string, Route][] => routes.map((each) => [each.id, each]);

describe('a route', () => {
  it.each(named(guarded))('%s admits only the roles that it declares', async (_, route) => {
    const letIn: Role[] = [];
    for (const role of ['submit', 'read', 'operate'] as const) if (await isLetIn(role, route)) letIn.push(role);
    expect(letIn).toEqual(rolesFor(route));
  });

  it.each(named(guarded))('%s refuses callers without credentials', async (_, route) => {
    const response = await ebb.ask(undefined, route.method, path(route));
    expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer realm="Ebb"']);
    expect(await response.json()).toMatchObject({ code: 'Unauthenticated', status: 401 });
  });

  it.each(named(ALL_ROUTES.filter(({ access }) => access === 'anyone')))('%s needs no key', async (_, route) => {
    const response = await ebb.ask(undefined, route.method, path(route));
    await response.body?.cancel();
    expect(response.status).not.toBe(401);
  });

  it.each(named(guarded.filter((route) => route.path.includes('/endpoints/{name}'))))(
    '%s admits only keys for its endpoint',
    async (_, route) => {
      for (const role of rolesFor(route)) {
        expect(await isLetIn(`confined-${role}`, route, 'reader')).toBe(true);
        expect(await isLetIn(`confined-${role}`, route, 'Team-A-ocr')).toBe(true);
        expect(await isLetIn(`confined-${role}`, route, 'other')).toBe(false);
      }
    },
  );

  it.each(['/v1/endpoints/other', '/v1/%65ndpoints/other', '/v1/endpoints/%6Fther'])(
    'admits only keys for its endpoint in any spelling of its address: %s',
    async (address) => {
      const { token } = ebb.keys['confined-read'].credential;
      const asking = get(`${ebb.url}${address}`, { headers: { authorization: `Bearer ${token}` } });
      const [answer] = (await once(asking, 'response')) as [IncomingMessage];
      expect([answer.statusCode, await text(answer)]).toEqual([
        403,
        expect.stringContaining("'other' is not one of them"),
      ]);
    },
  );

  it.each(named(guarded.filter((route) => !route.path.includes('{name}') && !route.isConfined)))(
    '%s, which concerns all endpoints, refuses keys for only some',
    async (_, route) => {
      for (const role of ['submit', 'read', 'operate'] as const) {
        expect(await isLetIn(`confined-${role}`, route)).toBe(false);
      }
    },
  );
});

describe('outside of the REST API', () => {
  it.each(['submit', 'read', 'operate'] as const)(
    'the health of Ebb is open to everybody, including %s',
    async (role) => {
      expect((await ebb.ask(role, 'GET', '/health')).status).toBe(200);
      expect((await ebb.ask(undefined, 'GET', '/health')).status).toBe(200);
    },
  );

  it.each<[Name, number]>([
    ['submit', 403],
    ['read', 200],
    ['operate', 200],
    ['confined-read', 403],
  ])('the metrics answer %s with %d', async (name, status) => {
    expect((await ebb.ask(name, 'GET', '/metrics')).status).toBe(status);
  });

  it('the metrics refuse callers without credentials', async () => {
    expect((await ebb.ask(undefined, 'GET', '/metrics')).status).toBe(401);
  });
});

describe('the identity of the caller', () => {
  it('is shown to every holder of a key', async () => {
    const { key } = ebb.keys['confined-submit'];
    expect(await (await ebb.ask('confined-submit', 'GET', '/v1/whoami')).json()).toEqual({
      keyId: key.id,
      name: 'confined-submit',
      role: 'submit',
      endpoints: ['reader', 'team-a-*'],
    });
  });
});
