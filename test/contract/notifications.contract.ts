import type { DeliveryResult } from '../../libs/core/delivery/delivery-attempt.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Delivery, Message } from '../../libs/core/delivery/delivery.js';
import type { Notifications } from '../../libs/core/ports/notifications.js';

/** A driver with one topic, to which two queues are subscribed, one of them with raw delivery. */
export interface NotificationsWorld {
  readonly notifications: Notifications;
  readonly topicArn: string;
  /** A topic of the same region and account that was never created. */
  readonly missingTopicArn: string;
  /** Whether the driver keeps the topics itself, and so knows which do not exist. */
  readonly keepsTopics: boolean;
  /** Receives a message that was sent to the queue. */
  receive(queue: 'wrapped' | 'raw'): Promise<ReceivedMessage>;
  /** From now on no receiver of messages answers. */
  cutOff(): Promise<void>;
  close(): Promise<void>;
}

export interface ReceivedMessage {
  readonly body: string;
  readonly attributes: Readonly<Record<string, { readonly type: string; readonly value: string }>>;
}

/** The contract of every driver of `Notifications` that has topics. */
export function describeNotifications(name: string, open: () => Promise<NotificationsWorld>): void {
  describe(`${name} as Notifications`, () => {
    let world: NotificationsWorld;
    let made = 0;

    beforeAll(async () => {
      world = await open();
    });
    afterAll(() => world.close());

    const toTopic = (message: Message, topicArn = world.topicArn): Delivery => ({
      id: `00000000-0000-7000-8000-${String(++made).padStart(12, '0')}`,
      receiver: { kind: 'topic', topicArn },
      message,
      createdAt: Date.UTC(2026, 0, 1),
    });

    /** Delivers to every receiver, as the engine does. */
    async function deliverAll(delivery: Delivery): Promise<DeliveryResult[]> {
      const result = await world.notifications.deliver(delivery);
      if (result.kind !== 'fanned-out') return [result];
      return (await Promise.all(result.deliveries.map(deliverAll))).flat();
    }

    it('delivers a message of a topic to every subscribed queue, in an envelope or raw', async () => {
      const results = await deliverAll(toTopic({ body: '{"state":"Completed"} ✓', subject: 'Result' }));
      expect(new Set(results.map((result) => result.kind))).toEqual(new Set(['delivered']));
      expect(JSON.parse((await world.receive('wrapped')).body)).toMatchObject({
        Type: 'Notification',
        TopicArn: world.topicArn,
        Subject: 'Result',
        Message: '{"state":"Completed"} ✓',
      });
      expect((await world.receive('raw')).body).toBe('{"state":"Completed"} ✓');
    });

    it('delivers the attributes of a message', async () => {
      const attributes = { colour: { type: 'String', value: 'red' }, size: { type: 'Number', value: '7' } };
      await deliverAll(toTopic({ body: 'with attributes', attributes }));
      expect(JSON.parse((await world.receive('wrapped')).body)).toMatchObject({
        MessageAttributes: { colour: { Type: 'String', Value: 'red' }, size: { Type: 'Number', Value: '7' } },
      });
      expect(await world.receive('raw')).toEqual({ body: 'with attributes', attributes });
    });

    it('reports a delivery to a missing topic as undeliverable', async () => {
      const result = await world.notifications.deliver(toTopic({ body: 'lost' }, world.missingTopicArn));
      expect(result.kind).toBe('undeliverable');
    });

    it('reports a missing topic as lacking only if it keeps the topics itself', async () => {
      const { keepsTopics, missingTopicArn, notifications, topicArn } = world;
      expect(await notifications.lacksTopic(topicArn)).toBe(false);
      expect(await notifications.lacksTopic(missingTopicArn)).toBe(keepsTopics);
    });

    it('delivers nothing if the caller has already given up', async () => {
      const delivery = toTopic({ body: 'too late' });
      await expect(world.notifications.deliver(delivery, AbortSignal.abort(new Error('stopping')))).rejects.toThrow(
        'stopping',
      );
    });

    it('asks for another attempt, and throws nothing, if no receiver answers', async () => {
      await world.cutOff();
      const results = await deliverAll(toTopic({ body: 'later' }));
      expect(new Set(results.map((result) => result.kind))).toEqual(new Set(['failed']));
    });
  });
}
