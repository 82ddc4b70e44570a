import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../support/eventually.js';
import { type KeyedEbb, startWithKeys } from '../support/keyed-ebb.js';

const IMAGES = resolve(import.meta.dirname, '../support/images');

type Name = 'admin' | 'mine' | 'other' | 'reader' | 'confined';

interface Document {
  readonly id: string;
  readonly submittedBy?: string;
  readonly code?: string;
}

let ebb: KeyedEbb<Name>;
let id: string;

beforeAll(async () => {
  ebb = await startWithKeys<Name>(
    {
      admin: { role: 'operate' },
      mine: { role: 'submit' },
      other: { role: 'submit' },
      reader: { role: 'read' },
      confined: { role: 'operate', endpoints: ['elsewhere'] },
    },
    { EBB_IMAGES: IMAGES },
  );
  await ebb.ask('admin', 'POST', '/v1/endpoints', { name: 'still', image: 'echo' });
  await eventually('it takes work', async () => {
    const answer = await ebb.ask('admin', 'GET', '/v1/endpoints/still');
    return ((await answer.json()) as { status: string }).status === 'InService';
  });
  await ebb.ask('admin', 'POST', '/v1/endpoints/still:pause', { dispatch: true });
  id = await submit('mine');
});
afterAll(() => ebb?.[Symbol.asyncDispose]());

async function submit(name: Name): Promise<string> {
  const answer = await ebb.ask(name, 'POST', '/v1/endpoints/still/invocations', { any: 'input' });
  return ((await answer.json()) as Document).id;
}

async function listed(name: Name): Promise<string[]> {
  const answer = await ebb.ask(name, 'GET', '/v1/invocations');
  return ((await answer.json()) as { items: Document[] }).items.map((document) => document.id);
}

async function statusOf(name: Name, method: string, path: string, body?: object): Promise<number> {
  const answer = await ebb.ask(name, method, path, body);
  await answer.body?.cancel();
  return answer.status;
}

describe('an invocation', () => {
  it('shows the key that submitted it', async () => {
    const document = (await (await ebb.ask('mine', 'GET', `/v1/invocations/${id}`)).json()) as Document;
    expect(document.submittedBy).toBe(ebb.keys.mine.key.id);
  });

  it.each<[path: string]>([[''], ['/input'], ['/events']])(
    'is visible%s only to its submitter and to readers of everything',
    async (part) => {
      const path = `/v1/invocations/${id}${part}`;
      const statuses = await Promise.all(
        (['mine', 'reader', 'admin', 'other', 'confined'] as const).map((name) => statusOf(name, 'GET', path)),
      );
      expect(statuses).toEqual([200, 200, 200, 404, 404]);
    },
  );

  it('is listed only for these', async () => {
    const others = await submit('other');
    expect(await listed('mine')).toEqual([id]);
    expect(await listed('other')).toEqual([others]);
    expect(await listed('reader')).toEqual([others, id]);
    expect(await listed('confined')).toEqual([]);
  });

  it('can be cancelled only by its submitter and by operators', async () => {
    const path = `/v1/invocations/${await submit('mine')}`;
    for (const name of ['other', 'confined'] as const) expect(await statusOf(name, 'DELETE', path)).toBe(404);
    expect(await statusOf('reader', 'DELETE', path)).toBe(403);
    expect(await statusOf('mine', 'DELETE', path)).toBe(200);
    expect(await statusOf('admin', 'POST', `/v1/invocations/${await submit('mine')}:cancel`)).toBe(200);
  });

  it('can be run again only by operators of its endpoint', async () => {
    const cancelled = await submit('mine');
    await statusOf('mine', 'DELETE', `/v1/invocations/${cancelled}`);
    const path = `/v1/invocations/${cancelled}:redrive`;
    expect(await statusOf('mine', 'POST', path)).toBe(403);
    expect(await statusOf('reader', 'POST', path)).toBe(403);
    expect(await statusOf('confined', 'POST', path)).toBe(404);
    const answer = await ebb.ask('admin', 'POST', path);
    const again = (await answer.json()) as Document;
    // It stays the submitter's invocation, and the submitter hears of its end.
    expect([answer.status, again.submittedBy]).toEqual([202, ebb.keys.mine.key.id]);
    expect(await statusOf('mine', 'GET', `/v1/invocations/${again.id}`)).toBe(200);
  });
});

describe('many invocations', () => {
  it('can be cancelled and run again by operators of their endpoints', async () => {
    for (const verb of ['cancel', 'redrive']) {
      for (const name of ['mine', 'reader'] as const) {
        expect(await statusOf(name, 'POST', `/v1/invocations:${verb}`, { dryRun: true })).toBe(403);
      }
      const answer = await ebb.ask('confined', 'POST', `/v1/invocations:${verb}`, {});
      expect([answer.status, await answer.json()]).toMatchObject([200, { matched: 0 }]);
    }
  });
});
