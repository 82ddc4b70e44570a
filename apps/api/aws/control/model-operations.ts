import { modelArn } from '../../../../libs/core/arn.js';
import { createModel } from '../../../../libs/engine/model/create-model.js';
import { deleteModel } from '../../../../libs/engine/model/delete-model.js';
import { findModel } from '../../../../libs/engine/model/find-model.js';
import type { World } from '../../../../libs/engine/world.js';
import { pageOf, readListing } from '../../../../libs/wire/control/listing.js';
import { readCreateModel, readModelName, summarizeModel, writeModel } from '../../../../libs/wire/control/model.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on models. */
export function modelOperations(world: World): JsonOperations {
  const { catalog, place } = world;
  return {
    async CreateModel(request) {
      const model = await createModel(world, readCreateModel(request));
      return { ModelArn: modelArn(place, model.name) };
    },

    async DescribeModel(request) {
      return writeModel(await findModel(world, readModelName(request)), place);
    },

    async ListModels(request) {
      const listing = readListing(request);
      const { page, nextToken } = pageOf(await catalog.models.all(), listing);
      return { Models: page.map((model) => summarizeModel(model, place)), NextToken: nextToken };
    },

    async DeleteModel(request) {
      await deleteModel(world, readModelName(request));
      return undefined;
    },
  };
}
