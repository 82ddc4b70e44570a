import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import type { Invocation, SettledState } from '../../core/invocation/invocation.js';
import type { Signal } from '../../core/ports/signals.js';
import { ERROR_TOPIC, deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { CANCELLED_REASON } from '../../core/invocation/attempt.js';
import { cancelInvocation } from './cancel-invocation.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

async function aQueuedInvocation() {
  const parts = memoryWorld();
  await deployEndpoint(parts, { asyncInference: { errorTopic: ERROR_TOPIC } });
  const input = { body: Buffer.from('page') };
  const invocation = await submitInvocation(parts.world, { endpointName: 'reader', input, filename: 'page' });
  const lease = async (): Promise<Invocation> => {
    const now = parts.clock.now();
    const request = { endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil: now + 30_000 };
    return (await parts.ledger.lease(request))[0]!;
  };
  const content = async (key: string): Promise<string | undefined> => {
    const found = await parts.objects.get({ bucket: 'results', key }).catch(() => undefined);
    return found && String(Buffer.from(found.body as Uint8Array));
  };
  const settle = async (state: SettledState): Promise<void> => {
    const { id, attempt } = await lease();
    await parts.ledger.settle({ invocationId: id, attempt }, { state, settledAt: parts.clock.now() }, []);
  };
  return { ...parts, invocation, lease, content, settle };
}

test.each(['Queued', 'Running'])(
  'cancels an invocation that is %s at once, with its failure object and one message',
  async (state) => {
    const { world, invocation, lease, content, invocations, outbox, clock } = await aQueuedInvocation();
    if (state === 'Running') await lease();
    const cancelled = await cancelInvocation(world, invocation.id);
    expect(cancelled).toMatchObject({ state: 'Cancelled', failureReason: CANCELLED_REASON, settledAt: clock.now() });
    expect(await invocations.find(invocation.id)).toEqual(cancelled);
    expect(await content('bad/page-error.out')).toBe(CANCELLED_REASON);
    const [due, ...others] = await outbox.take(10, clock.now(), clock.now());
    expect(others).toEqual([]);
    expect(due?.delivery).toMatchObject({ id: invocation.id, receiver: { topicArn: ERROR_TOPIC } });
    expect(JSON.parse(due!.delivery.message.body)).toMatchObject({ invocationStatus: 'Failed' });
  },
);

test('signals the cancellation to the worker and to the watchers', async () => {
  const { world, invocation, lease, signals } = await aQueuedInvocation();
  await lease();
  const told: Signal[] = [];
  signals.subscribe((signal) => told.push(signal));
  await cancelInvocation(world, invocation.id);
  expect(told).toContainEqual({ kind: 'cancelled', invocationId: invocation.id });
  expect(told).toContainEqual({ kind: 'invocation', invocationId: invocation.id });
});

test('cancels once if it is asked twice, or by two callers at once', async () => {
  const { world, invocation, outbox } = await aQueuedInvocation();
  const cancelled = await Promise.all([1, 2].map(() => cancelInvocation(world, invocation.id)));
  expect(cancelled[0]).toEqual(cancelled[1]);
  expect(await cancelInvocation(world, invocation.id)).toEqual(cancelled[0]);
  expect(await outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
});

test.each(['Completed', 'Failed', 'Expired'] as const)('refuses to cancel an invocation that is %s', async (state) => {
  const { world, invocation, settle, content } = await aQueuedInvocation();
  await settle(state);
  const message = `The invocation '${invocation.id}' is ${state} and cannot be cancelled any more.`;
  await expect(cancelInvocation(world, invocation.id)).rejects.toMatchObject({ code: 'InvocationSettled', message });
  expect(await content('bad/page-error.out')).toBeUndefined();
});

test('leaves no failure object if the invocation completes while it is cancelled', async () => {
  const { world, invocation, ledger, settle, content } = await aQueuedInvocation();
  const cancel = ledger.cancel.bind(ledger);
  ledger.cancel = async (...given) => {
    await settle('Completed');
    return cancel(...given);
  };
  await expect(cancelInvocation(world, invocation.id)).rejects.toMatchObject({ code: 'InvocationSettled' });
  expect(await content('bad/page-error.out')).toBeUndefined();
});

test('refuses to cancel an invocation that does not exist', async () => {
  const { world } = await aQueuedInvocation();
  await expect(cancelInvocation(world, 'nothing')).rejects.toMatchObject({ code: 'InvocationNotFound' });
});

test('leaves no failure object if the cancellation fails, and the invocation goes on', async () => {
  const { world, invocation, invocations, ledger, content } = await aQueuedInvocation();
  ledger.cancel = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await expect(cancelInvocation(world, invocation.id)).rejects.toMatchObject({ code: 'Unavailable' });
  expect(await invocations.find(invocation.id)).toMatchObject({ state: 'Queued' });
  expect(await content('bad/page-error.out')).toBeUndefined();
});
