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

/** The states that a watcher is shown, as they come. */
function statesOf(changes: AsyncIterable<Invocation>): { readonly states: string[]; readonly over: Promise<void> } {
  const states: string[] = [];
  const over = (async () => {
    for await (const { state } of changes) states.push(state);
  })();
  return { states, over };
}

test('a watcher sees what is, then every change that is signalled, and ends with the invocation', async () => {
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

test('a watcher notices within five seconds what nobody has signalled', async () => {
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
  // Cancelling itself looks before and after.
  const ownLooks = 2;
  await Promise.all(watchers.map(({ over }) => over));
  expect(finds).toHaveLength(1 + ownLooks + 1);
  expect(watchers.every(({ states }) => states.at(-1) === 'Cancelled')).toBe(true);
});

test('a look that began before a change is not taken for one after it', async () => {
  const { world, clock, find, id, invocations, watch } = await watched();
  const arrived = Promise.withResolvers<void>();
  invocations.find = async (...given) => {
    const found = await find(...given);
    await arrived.promise;
    return found;
  };
  // One watcher's look is on its way with the old state when another watcher is woken by the new one.
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

test('a watcher that is told to stop does so at once, and nobody is woken for it any more', async () => {
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

test('there is nothing to watch where there is no invocation', async () => {
  const { watch } = await watched();
  const { over, states } = statesOf(watch.changes('nothing'));
  await over;
  expect(states).toEqual([]);
  expect(await watch.settled('nothing', 1_000)).toBeUndefined();
});

test('who waits for the end gets it when it comes', async () => {
  const { world, clock, id, watch } = await watched();
  const end = watch.settled(id, 60_000);
  await clock.advance(1_000);
  await cancelInvocation(world, id);
  expect(await end).toMatchObject({ state: 'Cancelled' });
});

test('who has waited long enough gets it as it stands', async () => {
  const { clock, id, watch } = await watched();
  const begun = clock.now();
  const end = watch.settled(id, 12_000).then((invocation) => ({ invocation, at: clock.now() }));
  await clock.advance(60_000);
  expect(await end).toMatchObject({ invocation: { state: 'Queued' }, at: begun + 12_000 });
});

test('who does not want to wait at all gets it as it stands', async () => {
  const { clock, id, watch } = await watched();
  const end = watch.settled(id, 0);
  await clock.advance(0);
  expect(await end).toMatchObject({ id, state: 'Queued' });
});

test('who goes while waiting waits no longer', async () => {
  const { clock, id, watch } = await watched();
  const gone = new AbortController();
  const end = watch.settled(id, 60_000, gone.signal);
  end.catch(() => undefined);
  await clock.settle();
  gone.abort(new Error('gone'));
  await expect(end).rejects.toThrow('gone');
});

test('when Ebb stops, whoever waits gets it as it stands, and watching is over', async () => {
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
