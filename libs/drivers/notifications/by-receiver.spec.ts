import { SQSClient } from '@aws-sdk/client-sqs';
import { expect, it } from 'vitest';
import { MemoryCatalog } from '../../../test/support/memory-catalog.js';
import { ScriptedReceiver } from '../../../test/support/memory-world.js';
import { VirtualClock } from '../../../test/support/virtual-clock.js';
import type { Delivery, Receiver } from '../../core/delivery/delivery.js';
import { NotificationsByReceiver } from './by-receiver.js';
import { TopicNotifications } from './topics.js';

const TOPIC = 'arn:aws:sns:us-east-1:000000000000:results';

function delivery(receiver: Receiver): Delivery {
  return { id: '1', receiver, message: { body: '{}' }, createdAt: 0 };
}

it('hands callbacks to one driver and what goes to topics to the other', async () => {
  const [topics, callbacks] = [new ScriptedReceiver(), new ScriptedReceiver()];
  const notifications = new NotificationsByReceiver(topics, callbacks);
  const toTopic = delivery({ kind: 'topic', topicArn: TOPIC });
  const toCallback = delivery({ kind: 'callback', url: 'https://example.com' });
  await notifications.deliver(toTopic);
  await notifications.deliver(toCallback);
  expect([topics.delivered, callbacks.delivered]).toEqual([[toTopic], [toCallback]]);
});

it('asks the driver of topics which do not exist', async () => {
  const topics = new TopicNotifications(new MemoryCatalog(), new SQSClient(), new VirtualClock(), {
    baseUrl: () => '',
  });
  const notifications = new NotificationsByReceiver(topics, new ScriptedReceiver());
  expect(await notifications.lacksTopic(TOPIC)).toBe(true);
});
