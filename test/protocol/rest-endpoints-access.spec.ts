import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

type Who = 'operator' | 'team' | 'watcher' | 'client';

let ebb: KeyedEbb<Who>;

beforeAll(async () => {
  ebb = await startWithKeys({
    operator: { role: 'operate' },
    team: { role: 'operate', endpoints: ['team-*'] },
    watcher: { role: 'read', endpoints: ['team-reader'] },
    client: { role: 'submit' },
  });
  for (const name of ['team-reader', 'other']) await deploy('operator', name);
  await eventually('both are in service', async () => {
    const answer = await ebb.ask('operator', 'GET', '/v1/endpoints');
    const { items } = (await answer.json()) as { items: { status: string }[] };
    return items.length === 2 && items.every(({ status }) => status === 'InService');
  });
});
afterAll(() => ebb?.[Symbol.asyncDispose]());

async function deploy(who: Who, name: string): Promise<number> {
  return (await ebb.ask(who, 'POST', '/v1/endpoints', { name, image: 'ocr' })).status;
}

async function statusOf(who: Who, method: string, path: string, body?: object): Promise<number> {
  return (await ebb.ask(who, method, `/v1/endpoints/${path}`, body)).status;
}

async function listed(who: Who): Promise<string[]> {
  const { items } = (await (await ebb.ask(who, 'GET', '/v1/endpoints')).json()) as { items: { name: string }[] };
  return items.map(({ name }) => name);
}

describe('a key that is confined to some endpoints', () => {
  it('sees only those, in lists and one by one', async () => {
    expect([await listed('operator'), await listed('team'), await listed('watcher')]).toEqual([
      ['other', 'team-reader'],
      ['team-reader'],
      ['team-reader'],
    ]);
    for (const what of ['', '/instances', '/activities', '/metrics', '/logs/streams']) {
      expect(await statusOf('watcher', 'GET', `team-reader${what}`)).toBe(200);
      expect(await statusOf('watcher', 'GET', `other${what}`)).toBe(403);
    }
  });

  it('deploys and operates only those', async () => {
    expect([await deploy('team', 'elsewhere'), await deploy('team', 'team-second')]).toEqual([403, 201]);
    expect(await statusOf('team', 'POST', 'team-reader:wake')).toBe(202);
    expect(await statusOf('team', 'POST', 'other:wake')).toBe(403);
    expect(await statusOf('team', 'PUT', 'other/bounds', { minInstances: 0, maxInstances: 0 })).toBe(403);
    expect(await statusOf('team', 'DELETE', 'other')).toBe(403);
  });
});

it('a read key cannot operate an endpoint, and a submit key cannot even read it', async () => {
  for (const verb of ['pause', 'resume', 'wake']) {
    expect(await statusOf('watcher', 'POST', `team-reader:${verb}`)).toBe(403);
  }
  expect(await deploy('watcher', 'team-reader')).toBe(403);
  expect(await statusOf('client', 'GET', 'other')).toBe(403);
  expect((await ebb.ask('client', 'GET', '/v1/endpoints')).status).toBe(403);
});

it('the answer to a request at a paused endpoint names who paused it', async () => {
  expect(await statusOf('operator', 'POST', 'other:pause')).toBe(200);
  const endpoint = (await (await ebb.ask('operator', 'GET', '/v1/endpoints/other')).json()) as { why: string };
  expect(endpoint.why).toMatch(
    /^Intake is paused by operator \w+ since .*Z\. .*Dispatch is paused by operator \w+ since /,
  );
  const refused = await ebb.ask('client', 'POST', '/v1/endpoints/other/invocations', { text: 'x' });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, expect.stringMatching(/^\d+$/)]);
  expect(await refused.json()).toMatchObject({ code: 'IntakePaused' });
  expect(await statusOf('operator', 'POST', 'other:resume', { intake: true })).toBe(200);
  const accepted = await ebb.ask('client', 'POST', '/v1/endpoints/other/invocations', { text: 'x' });
  expect(accepted.status).toBe(202);
  const { id } = (await accepted.json()) as { id: string };
  const invocation = (await (await ebb.ask('client', 'GET', `/v1/invocations/${id}`)).json()) as { why: string };
  expect(invocation.why).toMatch(/^Dispatch is paused by operator \w+ since /);
});
