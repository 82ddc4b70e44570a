import type { World } from '../../../../libs/engine/world.js';
import { formatTextToken } from '../../../../libs/wire/aws/page-token.js';
import { readDescribeScalingActivities, writeScalingActivity } from '../../../../libs/wire/scaling/scaling-activity.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on scaling activities. */
export function activityOperations({ catalog }: World): JsonOperations {
  return {
    async DescribeScalingActivities(request) {
      const { endpointName, variantName, limit, after, includeNotScaled } = readDescribeScalingActivities(request);
      const query = { endpointName, variantName, before: after, includeNotScaled };
      // One more than the page shows whether there is another page.
      const found = await catalog.activities.list({ ...query, limit: limit + 1 });
      const page = found.slice(0, limit);
      return {
        ScalingActivities: page.map((activity) => writeScalingActivity(activity, includeNotScaled)),
        NextToken: found.length > limit ? formatTextToken(page.at(-1)!.id) : undefined,
      };
    },
  };
}
