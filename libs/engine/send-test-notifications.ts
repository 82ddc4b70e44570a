import type { Endpoint } from '../core/endpoint.js';
import { TEST_NOTIFICATION } from '../core/notification.js';
import { publishToTopics } from './publish-to-topics.js';
import type { World } from './world.js';

/** Tells an endpoint's topics that it was created or changed, which shows whoever listens that they are heard. */
export async function sendTestNotifications(
  world: Pick<World, 'clock' | 'outbox' | 'signals'>,
  endpoint: Endpoint,
): Promise<void> {
  const { successTopic, errorTopic } = endpoint.asyncInference ?? {};
  const topics = new Set([successTopic, errorTopic].filter((arn) => arn !== undefined));
  await publishToTopics(world, [...topics], TEST_NOTIFICATION);
}
