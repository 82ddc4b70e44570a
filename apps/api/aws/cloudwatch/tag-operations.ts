import { withoutTags } from '../../../../libs/core/tags.js';
import { changeAlarmTags, findAlarmTags } from '../../../../libs/engine/alarm/tag-alarm.js';
import type { World } from '../../../../libs/engine/world.js';
import { writeTags } from '../../../../libs/wire/aws/tag-requests.js';
import {
  alarmNameOf,
  readListTags,
  readTagResource,
  readUntagResource,
} from '../../../../libs/wire/cloudwatch/tags.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on tags. Of CloudWatch's resources, only alarms have tags here. */
export function tagOperations(world: Pick<World, 'catalog' | 'place'>): JsonOperations {
  const { place } = world;
  return {
    async TagResource(request) {
      const { resourceArn, tags } = readTagResource(request);
      await changeAlarmTags(world, alarmNameOf(resourceArn, place), (current) => ({ ...current, ...tags }));
      return {};
    },

    async UntagResource(request) {
      const { resourceArn, keys } = readUntagResource(request);
      await changeAlarmTags(world, alarmNameOf(resourceArn, place), (current) => withoutTags(current, keys));
      return {};
    },

    async ListTagsForResource(request) {
      return { Tags: writeTags(await findAlarmTags(world, alarmNameOf(readListTags(request), place))) };
    },
  };
}
