import type { Delivery, Message } from '../../core/delivery/delivery.js';
import type { World } from '../world.js';

/** Sends one message to each of some topics: it is on record when this resolves, and on its way soon. */
export async function publishToTopics(
  { clock, outbox, signals }: Pick<World, 'clock' | 'outbox' | 'signals'>,
  topics: readonly string[],
  message: Message,
): Promise<void> {
  if (topics.length === 0) return;
  const deliveries = topics.map((topicArn): Delivery => ({
    id: clock.uniqueId(),
    receiver: { kind: 'topic', topicArn },
    message,
    createdAt: clock.now(),
  }));
  await outbox.enqueue(deliveries);
  signals.notify({ kind: 'outbox' });
}
