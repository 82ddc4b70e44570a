import { withoutTags } from '../../../../libs/core/tags.js';
import { changeTags, findTags } from '../../../../libs/engine/endpoint/tag-resource.js';
import type { World } from '../../../../libs/engine/world.js';
import { writeTags } from '../../../../libs/wire/aws/tag-requests.js';
import { readAddTags, readDeleteTags, readListTags } from '../../../../libs/wire/control/tags.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on the tags of SageMaker's resources. */
export function tagOperations(world: World): JsonOperations {
  return {
    async AddTags(request) {
      const { resourceArn, tags } = readAddTags(request);
      return { Tags: writeTags(await changeTags(world, resourceArn, (current) => ({ ...current, ...tags }))) };
    },

    async ListTags(request) {
      return { Tags: writeTags(await findTags(world, readListTags(request))) };
    },

    async DeleteTags(request) {
      const { resourceArn, keys } = readDeleteTags(request);
      await changeTags(world, resourceArn, (current) => withoutTags(current, keys));
      return {};
    },
  };
}
