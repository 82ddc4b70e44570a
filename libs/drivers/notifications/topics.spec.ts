import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Delivery } from '../../core/delivery/delivery.js';
import { MemoryCatalog } from '../../../test/support/memory-catalog.js';
import { type HttpReceiver, startHttpReceiver } from '../../../test/support/http-receiver.js';
import type { Subscription } from '../../core/delivery/topic.js';
import { SystemClock } from '../clock/system.js';
import { TopicNotifications } from './topics.js';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:results';
const NOW = Date.UTC(2026, 0, 1);

class StoppedClock extends SystemClock {
  override now(): number {
    return NOW;
  }
}

describe('delivering to an HTTP subscription', () => {
  let catalog: MemoryCatalog;
  let receiver: HttpReceiver;
  let topics: TopicNotifications;
  let answer: (response: ServerResponse, index: number) => void;

  beforeEach(async () => {
    answer = (response) => response.end();
    receiver = await startHttpReceiver((response, index) => answer(response, index));
    catalog = new MemoryCatalog();
    await catalog.topics.create(TOPIC, { arn: TOPIC, name: 'results', attributes: {}, tags: {}, createdAt: NOW });
    topics = open();
  });
  afterEach(async () => {
    await topics.close();
    await receiver[Symbol.asyncDispose]();
  });

  function open(attemptLimitMs?: number): TopicNotifications {
    const sqs = new SQSClient({ region: 'us-east-1' });
    return new TopicNotifications(catalog, sqs, new StoppedClock(), { baseUrl: () => 'http://ebb', attemptLimitMs });
  }

  async function subscribe(changes: Partial<Subscription> = {}): Promise<Subscription> {
    const subscription: Subscription = {
      arn: `${TOPIC}:${changes.endpoint ?? 'one'}`,
      topicArn: TOPIC,
      protocol: 'http',
      endpoint: receiver.url,
      confirmed: true,
      token: 'secret',
      rawMessageDelivery: false,
      attributes: {},
      createdAt: NOW,
      ...changes,
    };
    await catalog.subscriptions.create(subscription.arn, subscription);
    return subscription;
  }

  const toTopic: Delivery = {
    id: 'message-1',
    receiver: { kind: 'topic', topicArn: TOPIC },
    message: { body: 'hello' },
    createdAt: NOW,
  };

  async function split(): Promise<Delivery[]> {
    const result = await topics.deliver(toTopic);
    return result.kind === 'fanned-out' ? [...result.deliveries] : [];
  }

  async function toOnly(): Promise<Delivery> {
    await subscribe();
    return (await split())[0]!;
  }

  it('splits a message into the same deliveries each time', async () => {
    await subscribe({ arn: `${TOPIC}:a` });
    await subscribe({ arn: `${TOPIC}:b` });
    const first = await split();
    expect(first.map(({ id }) => id)).toEqual(['message-1.a', 'message-1.b']);
    expect(await split()).toEqual(first);
  });

  it('splits a message of a topic without confirmed subscriptions into no deliveries', async () => {
    await subscribe({ confirmed: false });
    await subscribe({ arn: 'other', topicArn: 'other' });
    expect(await topics.deliver(toTopic)).toEqual({ kind: 'fanned-out', deliveries: [] });
  });

  it('sends the same message id at every attempt', async () => {
    const delivery = await toOnly();
    await topics.deliver(delivery);
    await topics.deliver(delivery);
    expect(receiver.received.map(({ headers }) => headers['x-amz-sns-message-id'])).toEqual(['message-1', 'message-1']);
  });

  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [302, 'failed'],
    [400, 'undeliverable'],
    [410, 'undeliverable'],
    [429, 'failed'],
    [500, 'failed'],
    [503, 'failed'],
  ])('reads the status %i as %s', async (status, kind) => {
    answer = (response) => response.writeHead(status, { location: '/elsewhere' }).end();
    expect((await topics.deliver(await toOnly())).kind).toBe(kind);
    expect(receiver.received).toHaveLength(1);
  });

  it.each([
    ['120', 120_000],
    [new Date(NOW + 5_000).toUTCString(), 5_000],
    ['999999999', 3_600_000],
    [new Date(NOW - 5_000).toUTCString(), 0],
    ['soon', undefined],
  ])('heeds Retry-After: %s', async (header, retryAfterMs) => {
    answer = (response) => response.writeHead(503, { 'retry-after': header }).end();
    expect(await topics.deliver(await toOnly())).toEqual({
      kind: 'failed',
      reason: 'The receiver answered 503',
      retryAfterMs,
    });
  });

  it('cuts off a receiver that does not answer in time', async () => {
    const hungUp = Promise.withResolvers<void>();
    answer = (response) => response.once('close', hungUp.resolve);
    await topics.close();
    topics = open(50);
    expect(await topics.deliver(await toOnly())).toEqual({
      kind: 'failed',
      reason: 'The receiver did not answer within 0.05 s',
    });
    await hungUp.promise;
  });

  it('stops at once when its signal is aborted', async () => {
    const stop = new AbortController();
    answer = () => stop.abort(new Error('stopping'));
    await expect(topics.deliver(await toOnly(), stop.signal)).rejects.toThrow('stopping');
  });

  it('stops reading an endless answer', async () => {
    const closed = Promise.withResolvers<void>();
    answer = (response) => {
      response.once('close', closed.resolve);
      const chunk = Buffer.alloc(64 * 1024);
      const more = (): void => {
        while (response.write(chunk));
      };
      response.on('drain', more);
      more();
    };
    expect(await topics.deliver(await toOnly())).toEqual({ kind: 'delivered' });
    await closed.promise;
  });

  it('fails for now if the receiver cannot be reached', async () => {
    const delivery = await toOnly();
    await receiver[Symbol.asyncDispose]();
    expect(await topics.deliver(delivery)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^The receiver could not be reached: /),
    });
  });

  it('sends the credentials in a URL as basic authentication and keeps them out of reasons', async () => {
    answer = (response) => response.writeHead(401).end();
    await subscribe({ endpoint: receiver.url.replace('//', '//user:p%40ss@') });
    const result = await topics.deliver((await split())[0]!);
    expect(receiver.received[0]!.headers.authorization).toBe(`Basic ${Buffer.from('user:p@ss').toString('base64')}`);
    expect(JSON.stringify(result)).not.toContain('p%40ss');
  });

  it('gives up deliveries to a subscription or a topic that was deleted', async () => {
    const delivery = await toOnly();
    await catalog.subscriptions.delete(`${TOPIC}:one`);
    expect((await topics.deliver(delivery)).kind).toBe('undeliverable');
    await subscribe();
    await catalog.topics.delete(TOPIC);
    expect((await topics.deliver(delivery)).kind).toBe('undeliverable');
    expect((await topics.deliver(toTopic)).kind).toBe('undeliverable');
  });

  it('asks for no confirmation once the receiver has confirmed', async () => {
    const { arn } = await subscribe({ confirmed: false });
    const handshake: Delivery = {
      ...toTopic,
      receiver: { kind: 'confirmation', subscriptionArn: arn, topicArn: TOPIC },
    };
    expect(await topics.deliver(handshake)).toEqual({ kind: 'delivered' });
    await catalog.subscriptions.update(arn, (subscription) => ({ ...subscription, confirmed: true }));
    expect(await topics.deliver(handshake)).toEqual({ kind: 'delivered' });
    expect(receiver.received).toHaveLength(1);
    expect(JSON.parse(receiver.received[0]!.body)).toMatchObject({
      SubscribeURL: `http://ebb/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=secret`,
    });
  });

  it('releases the connection, so that closing is quick', async () => {
    const delivery = await toOnly();
    await topics.deliver(delivery);
    const closed = once(AbortSignal.timeout(5_000), 'abort').then(() => 'slow');
    expect(await Promise.race([topics.close().then(() => 'quick'), closed])).toBe('quick');
    topics = open();
  });
});
