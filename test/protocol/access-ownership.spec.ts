import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyedEbb, TEST_IMAGES, deployPaused, startWithKeys } from '../support/keyed-ebb.js';

type Name = 'operator' | 'shop' | 'other-shop' | 'reader' | 'confined-reader' | 'confined-operator';
type Json = Readonly<Record<string, unknown>>;

let ebb: KeyedEbb<Name>;

beforeAll(async () => {
  ebb = await startWithKeys(
    {
      operator: { role: 'operate' },
      shop: { role: 'submit' },
      'other-shop': { role: 'submit' },
      reader: { role: 'read' },
      'confined-reader': { role: 'read', endpoints: ['team-*'] },
      'confined-operator': { role: 'operate', endpoints: ['team-*'] },
    },
    { EBB_IMAGES: TEST_IMAGES },
  );
  for (const name of ['ocr', 'team-ocr']) await deployPaused(ebb, 'operator', name);
});
afterAll(() => ebb[Symbol.asyncDispose]());

async function submit(name: Name, endpoint = 'ocr'): Promise<string> {
  const { token } = ebb.keys[name].credential;
  const response = await fetch(`${ebb.url}/v1/endpoints/${endpoint}/invocations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: 'x',
  });
  return ((await response.json()) as { id: string }).id;
}

async function status(name: Name, method: string, path: string, body?: object): Promise<number> {
  const response = await ebb.ask(name, method, path, body);
  await response.body?.cancel();
  return response.status;
}

async function idsSeenBy(name: Name, query = ''): Promise<string[]> {
  const page = (await (await ebb.ask(name, 'GET', `/v1/invocations?limit=1000${query}`)).json()) as {
    items: readonly { id: string }[];
  };
  return page.items.map(({ id }) => id);
}

/** Returns the other shop's answer for an address that it may not see, without the address itself. */
async function refusal(path: string): Promise<Json> {
  const { requestId: _, detail, ...problem } = (await (await ebb.ask('other-shop', 'GET', path)).json()) as Json;
  return { ...problem, detail: String(detail).replaceAll(/'.*?'/g, "''") };
}

function cancel(name: Name, id: string): Promise<number> {
  return status(name, 'DELETE', `/v1/invocations/${id}`);
}

async function endpointsSeenBy(name: Name): Promise<unknown[]> {
  const { items } = (await (await ebb.ask(name, 'GET', '/v1/endpoints')).json()) as { items: Json[] };
  return items.map((endpoint) => endpoint['name']);
}

describe('an invocation', () => {
  it('is visible to its submitter and to readers, and to no other submitter', async () => {
    const id = await submit('shop');
    const seen = (name: Name): Promise<number> => status(name, 'GET', `/v1/invocations/${id}`);
    expect([await seen('shop'), await seen('reader'), await seen('operator')]).toEqual([200, 200, 200]);
    expect([await seen('other-shop'), await seen('confined-reader')]).toEqual([404, 404]);
  });

  it('of another submitter looks like a missing one', async () => {
    const id = await submit('shop');
    expect(await refusal(`/v1/invocations/${id}`)).toEqual(
      await refusal('/v1/invocations/01a20792-c6e6-7000-a3ed-eaf62eff32e1'),
    );
  });

  it.each(['', '/input', '/output', '/deliveries', '/events'])(
    'shows nothing at %s to another submitter',
    async (part) => {
      const id = await submit('shop');
      expect(await status('other-shop', 'GET', `/v1/invocations/${id}${part}`)).toBe(404);
      expect(await status('confined-reader', 'GET', `/v1/invocations/${id}${part}`)).toBe(404);
    },
  );

  it('can be cancelled only by its submitter and by an operator', async () => {
    const [own, anyones] = [await submit('shop'), await submit('shop')];
    expect([await cancel('other-shop', own), await cancel('reader', own)]).toEqual([404, 403]);
    expect([await cancel('confined-operator', own), await cancel('shop', own)]).toEqual([404, 200]);
    expect(await cancel('operator', anyones)).toBe(200);
  });

  it('is in the audit if an operator cancelled it, and not if its owner did', async () => {
    const [own, anyones] = [await submit('shop'), await submit('shop')];
    await status('operator', 'DELETE', `/v1/invocations/${anyones}`);
    await status('shop', 'DELETE', `/v1/invocations/${own}`);
    const { items } = (await (await ebb.ask('operator', 'GET', '/v1/audit?limit=1')).json()) as { items: Json[] };
    expect(items).toEqual([
      expect.objectContaining({
        action: 'deleteInvocation',
        path: `/v1/invocations/${anyones}`,
        callerName: 'operator',
      }),
    ]);
  });
});

describe('a listing of invocations', () => {
  it('contains only the invocations that its caller may see', async () => {
    const [mine, theirs, team] = [await submit('shop'), await submit('other-shop'), await submit('shop', 'team-ocr')];
    expect(await idsSeenBy('reader')).toEqual(expect.arrayContaining([mine, theirs, team]));
    const own = await idsSeenBy('shop');
    expect([own.includes(mine), own.includes(team), own.includes(theirs)]).toEqual([true, true, false]);
    expect(await idsSeenBy('confined-reader')).toEqual([team]);
    expect(await idsSeenBy('confined-reader', '&endpoint=team-ocr')).toEqual([team]);
    expect(await idsSeenBy('confined-reader', '&endpoint=ocr')).toEqual([]);
  });
});

describe('a key that is limited to some endpoints', () => {
  it('lists only these endpoints', async () => {
    expect(await endpointsSeenBy('reader')).toEqual(['ocr', 'team-ocr']);
    expect(await endpointsSeenBy('confined-reader')).toEqual(['team-ocr']);
  });

  it('cannot deploy others', async () => {
    expect(await status('confined-operator', 'POST', '/v1/endpoints', { name: 'mine', image: 'echo' })).toBe(403);
    expect(await status('confined-operator', 'GET', '/v1/endpoints/mine')).toBe(403);
    expect(await status('operator', 'GET', '/v1/endpoints/mine')).toBe(404);
  });

  it('cancels no invocations of others when it cancels many', async () => {
    const [beyond, team] = [await submit('shop'), await submit('shop', 'team-ocr')];
    const cancelled = await ebb.ask('confined-operator', 'POST', '/v1/invocations:cancel', { states: ['Queued'] });
    const { invocations = [] } = (await cancelled.json()) as { invocations?: readonly { id: string }[] };
    expect(invocations.map(({ id }) => id)).not.toContain(beyond);
    const stateOf = async (id: string): Promise<unknown> =>
      ((await (await ebb.ask('operator', 'GET', `/v1/invocations/${id}`)).json()) as Json)['state'];
    expect(await stateOf(beyond)).toBe('Queued');
    expect(await stateOf(team)).toBe('Cancelled');
  });
});
