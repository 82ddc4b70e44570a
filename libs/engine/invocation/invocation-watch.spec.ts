import { expect, test } from 'vitest';
import type { Invocation } from '../../core/invocation/invocation.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { cancelInvocation } from './cancel-invocation.js';
import { InvocationWatch } from './invocation-watch.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

async function watched() {
  const parts = memoryWorld();
  await deployEndpoint(parts);
  const { id } = await submitInvocation(parts.world, { endpointName: 'reader', input: { body: Buffer.from('page') } });
  const finds: string[] = [];
  const find = parts.invocations.find.bind(parts.invocations);
  parts.invocations.find = async (...given) => {
    finds.push(given[0]);
    return find(...given);
  };
  const lease = async (): Promise<void> => {
    const now = parts.clock.now();
    await parts.ledger.lease({ endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil: now + 30_000 });
  };
  return { ...parts, id, find, finds, lease, watch: new InvocationWatch(parts.world) };
}

/** The states that a watcher gets, in order. */
function statesOf(changes: AsyncIterable<Invocation>): { readonly states: string[]; readonly over: Promise<void> } {
  const states: string[] = [];
  const over = (async () => {
    for await (const { state } of changes) states.push(state);
  })();
  return { states, over };
}

test('a watcher gets the present state, then every signalled change, and ends with the invocation', async () => {
  const { world, clock, id, lease, signals, watch } = await watched();
  const { states, over } = statesOf(watch.changes(id));
  await clock.settle();
  expect(states).toEqual(['Queued']);
  await lease();
  signals.notify({ kind: 'invocation', invocationId: id });
  await clock.settle();
  expect(states).toEqual(['Queued', 'Running']);
  await cancelInvocation(world, id);
  await over;
  expect(states).toEqual(['Queued', 'Running', 'Cancelled']);
});

test('a watcher notices a change without a signal within five seconds', async () => {
  const { clock, id, lease, watch } = await watched();
  const { states } = statesOf(watch.changes(id));
  await clock.settle();
  await lease();
  await clock.advance(5_000);
  expect(states).toEqual(['Queued', 'Running']);
});

test('a thousand watchers of one invocation look at its record once for each change', async () => {
  const { world, clock, finds, id, watch } = await watched();
  const watchers = Array.from({ length: 1000 }, () => statesOf(watch.changes(id)));
  await clock.settle();
  expect(finds).toHaveLength(1);
  await cancelInvocation(world, id);
  // The cancellation itself reads the record before and after.
  const ownLooks = 2;
  await Promise.all(watchers.map(({ over }) => over));
  expect(finds).toHaveLength(1 + ownLooks + 1);
  expect(watchers.every(({ states }) => states.at(-1) === 'Cancelled')).toBe(true);
});

test('a look that began before a change does not count as a look after it', async () => {
  const { world, clock, find, id, invocations, watch } = await watched();
  const arrived = Promise.withResolvers<void>();
  invocations.find = async (...given) => {
    const found = await find(...given);
    await arrived.promise;
    return found;
  };
  // The first watcher's look is on its way with the old state when the second watcher gets the new one.
  const early = statesOf(watch.changes(id));
  await clock.settle();
  invocations.find = find;
  await cancelInvocation(world, id);
  const late = statesOf(watch.changes(id));
  await late.over;
  arrived.resolve();
  await early.over;
  expect(late.states).toEqual(['Cancelled']);
  expect(early.states).toEqual(['Queued', 'Cancelled']);
});

test('a watcher that is aborted stops at once, and looks at the record no more', async () => {
  const { clock, finds, id, signals, watch } = await watched();
  const stop = new AbortController();
  const { over } = statesOf(watch.changes(id, stop.signal));
  over.catch(() => undefined);
  await clock.settle();
  stop.abort(new Error('stop'));
  await expect(over).rejects.toThrow('stop');
  const looks = finds.length;
  signals.notify({ kind: 'invocation', invocationId: id });
  await clock.advance(60_000);
  expect(finds).toHaveLength(looks);
});

test('a watch of an unknown invocation ends at once', async () => {
  const { watch } = await watched();
  const { over, states } = statesOf(watch.changes('nothing'));
  await over;
  expect(states).toEqual([]);
  expect(await watch.settled('nothing', 1_000)).toBeUndefined();
});

test('a caller that waits for the end gets the invocation when it is settled', async () => {
  const { world, clock, id, watch } = await watched();
  const end = watch.settled(id, 60_000);
  await clock.advance(1_000);
  await cancelInvocation(world, id);
  expect(await end).toMatchObject({ state: 'Cancelled' });
});

test('a caller that has waited for its time gets the invocation as it is', async () => {
  const { clock, id, watch } = await watched();
  const begun = clock.now();
  const end = watch.settled(id, 12_000).then((invocation) => ({ invocation, at: clock.now() }));
  await clock.advance(60_000);
  expect(await end).toMatchObject({ invocation: { state: 'Queued' }, at: begun + 12_000 });
});

test('a caller that does not wait gets the invocation as it is', async () => {
  const { clock, id, watch } = await watched();
  const end = watch.settled(id, 0);
  await clock.advance(0);
  expect(await end).toMatchObject({ id, state: 'Queued' });
});

test('a caller that goes away ends its wait', async () => {
  const { clock, id, watch } = await watched();
  const gone = new AbortController();
  const end = watch.settled(id, 60_000, gone.signal);
  end.catch(() => undefined);
  await clock.settle();
  gone.abort(new Error('gone'));
  await expect(end).rejects.toThrow('gone');
});

test('a caller that waits when Ebb stops gets the invocation as it is, and watches end', async () => {
  const { clock, id, watch } = await watched();
  const { over, states } = statesOf(watch.changes(id));
  const end = watch.settled(id, 60_000);
  await clock.settle();
  watch.stop();
  expect(await end).toMatchObject({ state: 'Queued' });
  await over;
  expect(new Set(states)).toEqual(new Set(['Queued']));
  expect(await watch.settled(id, 60_000)).toMatchObject({ state: 'Queued' });
});
