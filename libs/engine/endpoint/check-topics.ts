import type { AsyncInferenceConfig } from '../../core/endpoint/endpoint-config.js';
import type { World } from '../world.js';

/** Returns the first topic of a config that is known not to exist. */
export async function findMissingTopic(
  { notifications }: Pick<World, 'notifications'>,
  asyncInference: AsyncInferenceConfig | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  for (const arn of [asyncInference?.successTopic, asyncInference?.errorTopic]) {
    if (arn !== undefined && (await notifications.lacksTopic(arn, signal))) return arn;
  }
  return undefined;
}

/**
 * Returns why an endpoint with a missing topic cannot be brought into service, and what its owner can do, in words for
 * users.
 */
export function missingTopicReason(arn: string, whatHelps: string): string {
  return (
    `The topic "${arn}" in AsyncInferenceConfig.OutputConfig.NotificationConfig does not exist. ` +
    `Create the topic, then ${whatHelps}.`
  );
}
