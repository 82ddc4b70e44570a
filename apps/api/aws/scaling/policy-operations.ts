import type { Alarm } from '../../../../libs/core/alarm/alarm.js';
import {
  type ScalingPolicy,
  scalingPolicyKey,
  scalingPolicyPrefix,
} from '../../../../libs/core/scaling/scaling-policy.js';
import { deleteScalingPolicy } from '../../../../libs/engine/scaling/delete-scaling-policy.js';
import { actsOn } from '../../../../libs/engine/alarm/policy-alarms.js';
import { putScalingPolicy } from '../../../../libs/engine/scaling/put-scaling-policy.js';
import type { World } from '../../../../libs/engine/world.js';
import { pageOf } from '../../../../libs/wire/scaling/page.js';
import {
  notPredictive,
  policyArn,
  readDeleteScalingPolicy,
  readDescribeScalingPolicies,
  readPutScalingPolicy,
  writeAlarmNames,
  writeScalingPolicy,
} from '../../../../libs/wire/scaling/scaling-policy.js';
import type { JsonOperations } from '../json-service.js';

/** The operations on scaling policies. */
export function policyOperations(world: World): JsonOperations {
  const { catalog, place } = world;
  return {
    async PutScalingPolicy(request) {
      const policy = await putScalingPolicy(world, readPutScalingPolicy(request));
      return { PolicyARN: policyArn(policy, place), Alarms: writeAlarmNames(policy.alarmNames, place) };
    },

    async DeleteScalingPolicy(request) {
      const { name, ...variant } = readDeleteScalingPolicy(request);
      await deleteScalingPolicy(world, variant, name);
      return {};
    },

    async DescribeScalingPolicies(request) {
      const { names, endpointName, variantName, ...wanted } = readDescribeScalingPolicies(request);
      const { scalingPolicies } = catalog;
      const policies =
        endpointName === undefined || variantName === undefined
          ? await scalingPolicies.all()
          : await scalingPolicies.under(scalingPolicyPrefix(endpointName, variantName));
      const found = policies.filter(({ name }) => names.length === 0 || names.includes(name));
      const { page, nextToken } = pageOf(found, keyOf, wanted);
      const alarms = page.length === 0 ? [] : await catalog.alarms.all();
      return {
        ScalingPolicies: page.map((policy) => writeScalingPolicy(policy, alarmsOf(policy, alarms), place)),
        NextToken: nextToken,
      };
    },

    async GetPredictiveScalingForecast() {
      throw notPredictive();
    },
  };
}

function keyOf({ endpointName, variantName, name }: ScalingPolicy): string {
  return scalingPolicyKey(endpointName, variantName, name);
}

function alarmsOf({ id, alarmNames }: ScalingPolicy, alarms: readonly Alarm[]): Alarm[] {
  return alarms.filter((alarm) => alarmNames.includes(alarm.name) || actsOn(alarm, id));
}
