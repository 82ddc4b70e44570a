import type { Delivery, Message } from '../../core/delivery/delivery.js';
import type { World } from '../world.js';

/** Sends one message to each topic. When this resolves, the deliveries are on record; they are sent soon after. */
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
