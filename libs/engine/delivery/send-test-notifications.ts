import type { AsyncInferenceConfig } from '../../core/endpoint/endpoint-config.js';
import { TEST_NOTIFICATION } from '../../core/delivery/invocation-notification.js';
import { publishToTopics } from './publish-to-topics.js';
import type { World } from '../world.js';

/**
 * Sends a test notification to a config's topics after an endpoint was created or changed, so that subscribers see that
 * the topics work.
 */
export async function sendTestNotifications(
  world: Pick<World, 'clock' | 'outbox' | 'signals'>,
  asyncInference: AsyncInferenceConfig | undefined,
): Promise<void> {
  const topics = new Set([asyncInference?.successTopic, asyncInference?.errorTopic].filter((arn) => arn !== undefined));
  await publishToTopics(world, [...topics], TEST_NOTIFICATION);
}
