import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import type { Delivery } from '../../core/delivery/delivery.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { DeliverySender } from './send-deliveries.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

const DAY_MS = 24 * 3_600_000;

function aSender() {
  const parts = memoryWorld();
  const { clock, outbox, signals, world } = parts;
  const measured: unknown[] = [];
  const sender = new DeliverySender(world, { add: (...of) => void measured.push(of) });
  sender.start();
  return {
    ...parts,
    measured,
    sender,
    post: async (...ids: string[]): Promise<void> => {
      await outbox.enqueue(ids.map((id) => aDelivery(id, clock.now())));
      signals.notify({ kind: 'outbox' });
      await clock.settle();
    },
  };
}

function aDelivery(id: string, createdAt: number): Delivery {
  return { id, receiver: { kind: 'topic', topicArn: 'arn' }, message: { body: id }, createdAt };
}

test('a delivery is sent at once, and only once', async () => {
  const { post, notifications, outbox } = aSender();
  await post('a');
  expect(notifications.delivered.map(({ id }) => id)).toEqual(['a']);
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
});

test('a topic’s message becomes one delivery for each subscriber', async () => {
  const { post, notifications, clock } = aSender();
  notifications.answer = async (delivery) =>
    delivery.id === 'a'
      ? { kind: 'fanned-out', deliveries: [aDelivery('a.1', clock.now()), aDelivery('a.2', clock.now())] }
      : { kind: 'delivered' };
  await post('a');
  expect(notifications.delivered.map(({ id }) => id)).toEqual(['a', 'a.1', 'a.2']);
});

test('a delivery to a failing receiver is retried for a day, under one id, and then given up', async () => {
  const { post, notifications, clock, outbox } = aSender();
  const triedAt: number[] = [];
  const startedAt = clock.now();
  notifications.answer = async () => {
    triedAt.push(clock.now() - startedAt);
    return { kind: 'failed', reason: '503' };
  };
  await post('a');
  await clock.advance(DAY_MS + 1);
  expect(new Set(notifications.delivered.map(({ id }) => id))).toEqual(new Set(['a']));
  const gaps = triedAt.slice(1).map((at, index) => at - triedAt[index]!);
  expect(gaps[0]).toBeGreaterThanOrEqual(500);
  expect(gaps[0]).toBeLessThanOrEqual(1_000);
  expect(Math.max(...gaps)).toBeLessThanOrEqual(900_000);
  expect(triedAt.at(-1)).toBeGreaterThan(DAY_MS - 900_000);
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 1 });
});

test('a retry waits as long as the receiver asks', async () => {
  const { post, notifications, clock } = aSender();
  notifications.answer = async () => ({ kind: 'failed', reason: '429', retryAfterMs: 90_000 });
  await post('a');
  await clock.advance(89_999);
  expect(notifications.delivered).toHaveLength(1);
  await clock.advance(1);
  expect(notifications.delivered).toHaveLength(2);
});

test('a delivery to a receiver that is gone is given up at once', async () => {
  const { post, notifications, outbox } = aSender();
  notifications.answer = async () => ({ kind: 'undeliverable', reason: 'The subscription is gone.' });
  await post('a');
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 1 });
});

test('a delivery to a hanging receiver is cut off, holds up no other, and is retried', async () => {
  const { post, notifications, clock } = aSender();
  let cutOffAfterMs = 0;
  const startedAt = clock.now();
  notifications.answer = async ({ id }, signal) => {
    if (id !== 'slow') return { kind: 'delivered' };
    await clock.sleep(Infinity, signal).catch(() => (cutOffAfterMs ||= clock.now() - startedAt));
    return { kind: 'failed', reason: 'No answer.' };
  };
  await post('slow', 'quick');
  expect(notifications.delivered.map(({ id }) => id)).toEqual(['slow', 'quick']);
  await clock.advance(31_000);
  expect(cutOffAfterMs).toBe(30_000);
  expect(notifications.delivered.map(({ id }) => id)).toEqual(['slow', 'quick', 'slow']);
});

test('at most 64 deliveries to topics are under way at once, and the others follow', async () => {
  const { post, notifications, clock, outbox } = aSender();
  let underWay = 0;
  let most = 0;
  notifications.answer = async () => {
    most = Math.max(most, ++underWay);
    await clock.sleep(100);
    underWay -= 1;
    return { kind: 'delivered' };
  };
  await post(...Array.from({ length: 200 }, (_, index) => `d${index}`));
  await clock.advance(1_000);
  expect(most).toBe(64);
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
});

test('a delivery that could not be recorded is sent again, so that the receiver gets it at least once', async () => {
  const { post, notifications, outbox, clock } = aSender();
  const record = outbox.record.bind(outbox);
  outbox.record = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await post('a');
  outbox.record = record;
  await clock.advance(60_000);
  expect(notifications.delivered.map(({ id }) => id)).toEqual(['a', 'a']);
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
});

test('an outbox that fails is read again', async () => {
  const { notifications, outbox, clock, post } = aSender();
  await clock.settle();
  const take = outbox.take.bind(outbox);
  outbox.take = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await post('a');
  outbox.take = take;
  await clock.advance(1_000);
  expect(notifications.delivered).toHaveLength(1);
});

test('stopping begins no more attempts and waits for those under way', async () => {
  const { sender, post, notifications, clock, outbox } = aSender();
  notifications.answer = async () => {
    await clock.sleep(1_000);
    return { kind: 'delivered' };
  };
  await post('a');
  let hasStopped = false;
  void sender.stop().then(() => (hasStopped = true));
  await post('b');
  expect(hasStopped).toBe(false);
  await clock.advance(1_000);
  expect(hasStopped).toBe(true);
  expect(notifications.delivered.map(({ id }) => id)).toEqual(['a']);
  expect(await outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
});

test('a delivery that is given up counts as a failure of its invocation’s endpoint', async () => {
  const parts = aSender();
  const { clock, invocations, outbox, notifications, signals, measured, world } = parts;
  await deployEndpoint(parts);
  await submitInvocation(world, { endpointName: 'reader', input: { body: Buffer.from('page') } });
  const [invocation] = await invocations.list({});
  notifications.answer = async () => ({ kind: 'undeliverable', reason: 'There is no such topic.' });
  const delivery = aDelivery('a', clock.now());
  await outbox.enqueue([delivery, { ...delivery, id: 'b', invocationId: invocation!.id }]);
  signals.notify({ kind: 'outbox' });
  await clock.settle();
  expect(measured).toEqual([['NotificationFailures', 'reader', 'AllTraffic', 1]]);
});

function aCallback(id: string, createdAt: number, url = 'https://slow.example/hook'): Delivery {
  return { id, receiver: { kind: 'callback', url }, message: { body: id }, createdAt };
}

test('a slow receiver has eight deliveries under way and holds up no other', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  notifications.answer = async ({ receiver }, signal) => {
    if (receiver.kind === 'callback' && receiver.url.includes('slow')) await clock.sleep(Infinity, signal);
    return { kind: 'delivered' };
  };
  const slow = Array.from({ length: 500 }, (_, index) => aCallback(`slow-${index}`, clock.now()));
  await outbox.enqueue(slow);
  await outbox.enqueue([aCallback('quick', clock.now() + 1, 'https://quick.example')]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(10);
  const told = notifications.delivered.map(({ id }) => id);
  expect(told.filter((id) => id.startsWith('slow'))).toHaveLength(8);
  expect(told).toContain('quick');
});

test('many slow receivers hold up no topic, and other receivers only until they are known to be slow', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  notifications.answer = async ({ receiver }) => {
    if (receiver.kind === 'callback' && receiver.url.includes('slow')) await clock.sleep(25_000);
    return { kind: 'delivered' };
  };
  const told = (): string[] => notifications.delivered.map(({ id }) => id).filter((id) => !id.startsWith('slow'));
  for (let host = 0; host < 16; host += 1) {
    const url = `https://slow-${host}.example`;
    await outbox.enqueue(Array.from({ length: 40 }, (_, at) => aCallback(`slow-${host}-${at}`, clock.now(), url)));
  }
  signals.notify({ kind: 'outbox' });
  await clock.advance(1_000);
  await outbox.enqueue([aDelivery('topic', clock.now()), aCallback('first', clock.now(), 'https://quick.example')]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(10);
  expect(told()).toEqual(['topic']);
  await clock.advance(25_000);
  expect(told()).toEqual(['topic', 'first']);
  await outbox.enqueue([aCallback('next', clock.now(), 'https://quick.example')]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(10);
  expect(told()).toEqual(['topic', 'first', 'next']);
});

test('a receiver that is down for an hour loses no delivery, and is left alone meanwhile', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  const backAt = clock.now() + 3_600_000;
  const answered = new Set<string>();
  notifications.answer = async ({ id }) => {
    if (clock.now() < backAt) return { kind: 'failed', reason: 'refused' };
    answered.add(id);
    return { kind: 'delivered' };
  };
  await outbox.enqueue(Array.from({ length: 100 }, (_, index) => aCallback(`d${index}`, clock.now())));
  signals.notify({ kind: 'outbox' });
  await clock.advance(3_600_000);
  // If each delivery were tried on its own, there would be ten times as many attempts.
  expect(notifications.delivered.length).toBeLessThan(200);
  await clock.advance(1_800_000);
  expect(answered.size).toBe(100);
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 0 });
});

test('a receiver that refuses some deliveries gets the others', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  const response = { status: 404, headers: {}, body: '' };
  notifications.answer = async ({ id }) =>
    id === 'good'
      ? { kind: 'delivered' }
      : { kind: 'failed', reason: '404', exchange: { requestHeaders: {}, response } };
  await outbox.enqueue(Array.from({ length: 20 }, (_, index) => aCallback(`bad-${index}`, clock.now())));
  await outbox.enqueue([aCallback('good', clock.now() + 1)]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(10);
  expect(notifications.delivered.map(({ id }) => id)).toContain('good');
});

test('a failure of days ago does not count against a receiver', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  notifications.answer = async () => ({ kind: 'failed', reason: 'refused' });
  await outbox.enqueue([aCallback('old', clock.now())]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(3 * DAY_MS + 3 * 3_600_000);
  notifications.answer = async (_delivery, signal) => clock.sleep(Infinity, signal).then(() => ({ kind: 'delivered' }));
  await outbox.enqueue(Array.from({ length: 20 }, (_, index) => aCallback(`new-${index}`, clock.now())));
  signals.notify({ kind: 'outbox' });
  await clock.advance(10);
  expect(notifications.delivered.filter(({ id }) => id.startsWith('new'))).toHaveLength(8);
});

test('a callback is tried for three days', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  notifications.answer = async () => ({ kind: 'failed', reason: '503' });
  await outbox.enqueue([aCallback('a', clock.now())]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(3 * DAY_MS - 3_600_000);
  expect(await outbox.count()).toEqual({ waiting: 1, givenUp: 0 });
  await clock.advance(2 * 3_600_000);
  expect(await outbox.count()).toEqual({ waiting: 0, givenUp: 1 });
});

test('each attempt is on record, and finished deliveries are forgotten after a week', async () => {
  const { clock, notifications, outbox, signals } = aSender();
  const exchange = { requestHeaders: { 'webhook-id': 'a' }, response: { status: 200, headers: {}, body: '' } };
  let isDown = true;
  notifications.answer = async () => {
    await clock.sleep(20);
    return isDown ? { kind: 'failed', reason: '503' } : { kind: 'delivered', exchange };
  };
  await outbox.enqueue([aCallback('a', clock.now())]);
  signals.notify({ kind: 'outbox' });
  await clock.advance(50);
  isDown = false;
  await clock.advance(5_000);
  expect(await outbox.find('a')).toMatchObject({
    state: 'delivered',
    attempts: [
      { durationMs: 20, outcome: 'failed', reason: '503' },
      { durationMs: 20, outcome: 'delivered', exchange },
    ],
  });
  await clock.advance(7 * DAY_MS + 120_000);
  expect(await outbox.find('a')).toBeUndefined();
});
