import type { Endpoint } from '../core/endpoint.js';
import { type Delivery, TEST_NOTIFICATION } from '../core/notification.js';
import type { World } from './world.js';

/** Tells an endpoint's topics that it was created or changed, which shows whoever listens that they are heard. */
export async function sendTestNotifications(
  world: Pick<World, 'clock' | 'outbox' | 'signals'>,
  endpoint: Endpoint,
): Promise<void> {
  const { successTopic, errorTopic } = endpoint.asyncInference ?? {};
  const topics = new Set([successTopic, errorTopic].filter((arn) => arn !== undefined));
  if (topics.size === 0) return;
  const deliveries = [...topics].map((topicArn): Delivery => ({
    id: world.clock.uniqueId(),
    receiver: { kind: 'topic', topicArn },
    message: TEST_NOTIFICATION,
    createdAt: world.clock.now(),
  }));
  await world.outbox.enqueue(deliveries);
  world.signals.notify({ kind: 'outbox' });
}
