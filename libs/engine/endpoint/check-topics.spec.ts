import { expect, it } from 'vitest';
import { ERROR_TOPIC, SUCCESS_TOPIC, memoryWorld } from '../../../test/support/memory-world.js';
import { findMissingTopic, missingTopicReason } from './check-topics.js';

const BOTH = { successTopic: SUCCESS_TOPIC, errorTopic: ERROR_TOPIC, includeResponseIn: [] };

async function aWorldWith(...arns: string[]) {
  const { catalog, clock, world } = memoryWorld();
  for (const arn of arns)
    await catalog.topics.create(arn, { arn, name: arn, attributes: {}, createdAt: clock.now(), tags: {} });
  return world;
}

it.each<readonly [string, readonly string[], string | undefined]>([
  ['none is missing where both are there', [SUCCESS_TOPIC, ERROR_TOPIC], undefined],
  ['the topic for errors is told where only it is missing', [SUCCESS_TOPIC], ERROR_TOPIC],
  ['the topic for successes is told first', [], SUCCESS_TOPIC],
])('%s', async (_sentence, there, missing) => {
  expect(await findMissingTopic(await aWorldWith(...there), BOTH)).toBe(missing);
});

it('a config without topics misses none', async () => {
  const world = await aWorldWith();
  expect(await findMissingTopic(world, undefined)).toBeUndefined();
  expect(await findMissingTopic(world, { includeResponseIn: [] })).toBeUndefined();
});

it('the reason names the topic, the place in the config, and what helps', () => {
  expect(missingTopicReason(ERROR_TOPIC, 'update the endpoint')).toBe(
    `The topic "${ERROR_TOPIC}" in AsyncInferenceConfig.OutputConfig.NotificationConfig does not exist. ` +
      'Create the topic, then update the endpoint.',
  );
});
