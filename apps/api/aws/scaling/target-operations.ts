import { scalableTargetArn } from '../../../../libs/core/arn.js';
import { scalableTargetKey } from '../../../../libs/core/scaling/scalable-target.js';
import {
  deregisterScalableTarget,
  registerScalableTarget,
} from '../../../../libs/engine/scaling/register-scalable-target.js';
import type { World } from '../../../../libs/engine/world.js';
import { pageOf } from '../../../../libs/wire/scaling/page.js';
import {
  readDeregisterScalableTarget,
  readDescribeScalableTargets,
  readRegisterScalableTarget,
  writeScalableTarget,
} from '../../../../libs/wire/scaling/scalable-target.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on scalable targets. */
export function targetOperations(world: World): JsonOperations {
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
      const { resourceIds, ...wanted } = readDescribeScalableTargets(request);
      const found = (await catalog.scalableTargets.all()).filter(
        ({ endpointName, variantName }) =>
          resourceIds.length === 0 || resourceIds.includes(scalableTargetKey(endpointName, variantName)),
      );
      const keyOf = (target: (typeof found)[number]): string =>
        scalableTargetKey(target.endpointName, target.variantName);
      const { page, nextToken } = pageOf(found, keyOf, wanted);
      return { ScalableTargets: page.map((target) => writeScalableTarget(target, place)), NextToken: nextToken };
    },
  };
}
