import { expect, it } from 'vitest';
import { ERROR_TOPIC, SUCCESS_TOPIC, memoryWorld } from '../../../test/support/memory-world.js';
import { findMissingTopic, missingTopicReason } from './check-topics.js';

const BOTH = { successTopic: SUCCESS_TOPIC, errorTopic: ERROR_TOPIC, includeResponseIn: [] };

function aWorldWithout(...arns: string[]) {
  const { notifications, world } = memoryWorld();
  for (const arn of arns) notifications.lacking.add(arn);
  return world;
}

it.each<readonly [string, readonly string[], string | undefined]>([
  ['finds none missing if both exist', [], undefined],
  ['names the error topic if only it is missing', [ERROR_TOPIC], ERROR_TOPIC],
  ['names the success topic first', [ERROR_TOPIC, SUCCESS_TOPIC], SUCCESS_TOPIC],
])('%s', async (_sentence, lacking, missing) => {
  expect(await findMissingTopic(aWorldWithout(...lacking), BOTH)).toBe(missing);
});

it('finds none missing for a config without topics', async () => {
  const world = aWorldWithout(SUCCESS_TOPIC);
  expect(await findMissingTopic(world, undefined)).toBeUndefined();
  expect(await findMissingTopic(world, { includeResponseIn: [] })).toBeUndefined();
});

it('gives a reason with the topic, its place in the config, and what helps', () => {
  expect(missingTopicReason(ERROR_TOPIC, 'update the endpoint')).toBe(
    `The topic "${ERROR_TOPIC}" in AsyncInferenceConfig.OutputConfig.NotificationConfig does not exist. ` +
      'Create the topic, then update the endpoint.',
  );
});
