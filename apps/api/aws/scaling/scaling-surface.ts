import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { scalableTargetArn } from '../../../../libs/core/arn.js';
import { scalableTargetKey } from '../../../../libs/core/scalable-target.js';
import { deregisterScalableTarget, registerScalableTarget } from '../../../../libs/engine/register-scalable-target.js';
import { World } from '../../../../libs/engine/world.js';
import type { AwsCall } from '../../../../libs/wire/aws-request.js';
import { formatPageToken } from '../../../../libs/wire/page-token.js';
import { SCALING_ERRORS } from '../../../../libs/wire/scaling/errors.js';
import {
  readDeregisterScalableTarget,
  readDescribeScalableTargets,
  readRegisterScalableTarget,
  writeScalableTarget,
} from '../../../../libs/wire/scaling/scalable-target.js';
import { readDescribeScalingActivities, writeScalingActivity } from '../../../../libs/wire/scaling/scaling-activity.js';
import { type JsonOperations, JsonService } from '../json-service.js';
import type { Surface } from '../surface.js';

/** Application Auto Scaling: the bounds of variants, and the record of what scaled them and why. */
@Injectable()
export class ScalingSurface implements Surface {
  private readonly service: JsonService;

  constructor(world: World) {
    const operations = scalingOperations(world);
    this.service = new JsonService(world, 'Application Auto Scaling', operations, SCALING_ERRORS);
  }

  handle(request: IncomingMessage, response: ServerResponse, call: AwsCall): Promise<void> {
    return this.service.handle(request, response, call);
  }
}

function scalingOperations(world: World): JsonOperations {
  const { catalog, place } = world;
  return {
    async RegisterScalableTarget(request) {
      const target = await registerScalableTarget(world, readRegisterScalableTarget(request));
      return { ScalableTargetARN: scalableTargetArn(place, target.id) };
    },

    async DeregisterScalableTarget(request) {
      const { endpointName, variantName } = readDeregisterScalableTarget(request);
      await deregisterScalableTarget(world, endpointName, variantName);
      return {};
    },

    async DescribeScalableTargets(request) {
      const { resourceIds, limit, after } = readDescribeScalableTargets(request);
      const found = (await catalog.scalableTargets.all())
        .map((target) => ({ target, key: scalableTargetKey(target.endpointName, target.variantName) }))
        .filter(({ key }) => resourceIds.length === 0 || resourceIds.includes(key))
        .filter(({ key }) => after === undefined || key > after);
      const page = found.slice(0, limit);
      return {
        ScalableTargets: page.map(({ target }) => writeScalableTarget(target, place)),
        NextToken: found.length > limit ? formatPageToken([page.at(-1)!.key]) : undefined,
      };
    },

    async DescribeScalingActivities(request) {
      const { endpointName, variantName, limit, after, includeNotScaled } = readDescribeScalingActivities(request);
      // One more than the page tells whether there is another.
      const found = await catalog.activities.list({ endpointName, variantName, before: after, limit: limit + 1 });
      const page = found.slice(0, limit);
      return {
        ScalingActivities: page.map((activity) => writeScalingActivity(activity, includeNotScaled)),
        NextToken: found.length > limit ? formatPageToken([page.at(-1)!.id]) : undefined,
      };
    },
  };
}
