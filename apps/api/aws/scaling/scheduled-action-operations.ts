import {
  type ScheduledAction,
  scheduledActionKey,
  scheduledActionPrefix,
} from '../../../../libs/core/scaling/scheduled-action.js';
import { deleteScheduledAction } from '../../../../libs/engine/scaling/delete-scheduled-action.js';
import { putScheduledAction } from '../../../../libs/engine/scaling/put-scheduled-action.js';
import type { World } from '../../../../libs/engine/world.js';
import { pageOf } from '../../../../libs/wire/scaling/page.js';
import {
  readDeleteScheduledAction,
  readDescribeScheduledActions,
  readPutScheduledAction,
  writeScheduledAction,
} from '../../../../libs/wire/scaling/scheduled-action.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on scheduled actions. */
export function scheduledActionOperations(world: World): JsonOperations {
  const { catalog, place } = world;
  return {
    async PutScheduledAction(request) {
      await putScheduledAction(world, readPutScheduledAction(request));
      return {};
    },

    async DeleteScheduledAction(request) {
      const { name, ...variant } = readDeleteScheduledAction(request);
      await deleteScheduledAction(world, variant, name);
      return {};
    },

    async DescribeScheduledActions(request) {
      const { names, endpointName, variantName, ...wanted } = readDescribeScheduledActions(request);
      const { scheduledActions } = catalog;
      const actions =
        endpointName === undefined || variantName === undefined
          ? await scheduledActions.all()
          : await scheduledActions.under(scheduledActionPrefix(endpointName, variantName));
      const found = actions.filter(({ name }) => names.length === 0 || names.includes(name));
      const { page, nextToken } = pageOf(found, keyOf, wanted);
      return { ScheduledActions: page.map((action) => writeScheduledAction(action, place)), NextToken: nextToken };
    },
  };
}

function keyOf({ endpointName, variantName, name }: ScheduledAction): string {
  return scheduledActionKey(endpointName, variantName, name);
}
