import { withoutTags } from '../../../../libs/core/tags.js';
import { changeTargetTags, findTargetTags } from '../../../../libs/engine/scaling/tag-scalable-target.js';
import type { World } from '../../../../libs/engine/world.js';
import { readListTags, readTagResource, readUntagResource } from '../../../../libs/wire/scaling/tags.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on tags. Only scalable targets have tags. */
export function tagOperations(world: World): JsonOperations {
  return {
    async TagResource(request) {
      const { resourceArn, tags } = readTagResource(request);
      await changeTargetTags(world, resourceArn, (current) => ({ ...current, ...tags }));
      return {};
    },

    async UntagResource(request) {
      const { resourceArn, keys } = readUntagResource(request);
      await changeTargetTags(world, resourceArn, (current) => withoutTags(current, keys));
      return {};
    },

    async ListTagsForResource(request) {
      return { Tags: await findTargetTags(world, readListTags(request)) };
    },
  };
}
