import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { cancelInvocation } from './cancel-invocation.js';
import { type ManyRequest, changeMany } from './change-many.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

/** More than are read at once, and not a multiple of that number. */
const COUNT = 450;

const isOdd = ({ labels }: Invocation): boolean => labels?.['half'] === 'odd';

async function manyInvocations() {
  const parts = memoryWorld();
  await deployEndpoint(parts);
  const ids: string[] = [];
  for (let count = 0; count < COUNT; count++) {
    const labels = { half: count % 2 === 0 ? 'even' : 'odd' };
    const input = { body: Buffer.from('page') };
    ids.push((await submitInvocation(parts.world, { endpointName: 'reader', input, labels })).id);
  }
  const request = (wish: Partial<ManyRequest> = {}): ManyRequest => ({
    query: { endpointName: 'reader', states: ['Queued'] },
    isMeant: () => true,
    change: (id) => cancelInvocation(parts.world, id),
    limit: 1000,
    isDryRun: false,
    ...wish,
  });
  const queued = async (): Promise<number> => (await parts.invocations.backlog('reader')).queued;
  return { ...parts, ids, request, queued };
}

test('changes every selected invocation once', async () => {
  const { world, ids, request, queued } = await manyInvocations();
  const { matched, changed, refused } = await changeMany(world, request());
  expect([matched, refused.length, await queued()]).toEqual([COUNT, 0, 0]);
  expect(changed.map(({ id }) => id).sort()).toEqual(ids);
});

test('changes at most the limit, the newest first', async () => {
  const { world, ids, request, queued } = await manyInvocations();
  const { matched, changed } = await changeMany(world, request({ limit: 10 }));
  expect([matched, await queued()]).toEqual([COUNT, COUNT - 10]);
  expect(changed.map(({ id }) => id).sort()).toEqual(ids.slice(-10));
});

test('counts in a dry run, and changes nothing', async () => {
  const { world, request, queued } = await manyInvocations();
  expect(await changeMany(world, request({ isDryRun: true }))).toEqual({ matched: COUNT, changed: [], refused: [] });
  expect(await queued()).toBe(COUNT);
});

test('leaves invocations that the query finds but that are not selected', async () => {
  const { world, request, queued } = await manyInvocations();
  const { matched, changed } = await changeMany(world, request({ isMeant: isOdd }));
  expect([matched, changed.length, await queued()]).toEqual([COUNT / 2, COUNT / 2, COUNT / 2]);
});

test('names a refused invocation with its reason, and changes all others', async () => {
  const { world, ids, request } = await manyInvocations();
  const [settled] = ids;
  const change = async (id: string): Promise<Invocation> => {
    if (id === settled) throw new EbbError('InvocationSettled', 'It has just ended.');
    return cancelInvocation(world, id);
  };
  const { matched, changed, refused } = await changeMany(world, request({ change }));
  expect([matched, changed.length]).toEqual([COUNT, COUNT - 1]);
  expect(refused).toMatchObject([{ id: settled, error: { code: 'InvocationSettled', message: 'It has just ended.' } }]);
});

test('does not count refused invocations towards the limit', async () => {
  const { world, ids, request } = await manyInvocations();
  const newest = new Set(ids.slice(-30));
  const change = async (id: string): Promise<Invocation> => {
    if (newest.has(id)) throw new EbbError('InvocationSettled', 'It has just ended.');
    return cancelInvocation(world, id);
  };
  const { changed, refused } = await changeMany(world, request({ change, limit: 10 }));
  expect(changed.map(({ id }) => id).sort()).toEqual(ids.slice(-40, -30));
  expect(refused).toHaveLength(30);
});

test('changes no more invocations after an internal error', async () => {
  const { world, clock, request, queued } = await manyInvocations();
  let calls = 0;
  const change = async (id: string): Promise<Invocation> => {
    calls += 1;
    if (calls === 5) throw new Error('broken');
    return cancelInvocation(world, id);
  };
  await expect(changeMany(world, request({ change }))).rejects.toThrow('broken');
  await clock.settle();
  expect(await queued()).toBeGreaterThan(COUNT - 20);
});

test('stops when its caller is gone', async () => {
  const { world, request, queued } = await manyInvocations();
  const gone = new AbortController();
  const change = async (id: string): Promise<Invocation> => {
    gone.abort(new Error('gone'));
    return cancelInvocation(world, id);
  };
  await expect(changeMany(world, request({ change }), gone.signal)).rejects.toThrow('gone');
  expect(await queued()).toBeGreaterThan(COUNT - 20);
});
