import { type Place, scalableTargetArn } from '../../core/arn.js';
import type { Tags } from '../../core/tags.js';
import type { ScalableTarget, SuspendedState } from '../../core/scaling/scalable-target.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { type Paging, readPaging } from './page.js';
import { checkTagKeys, readTags } from './tags.js';
import { type VariantResource, readResource, readResourceFilter, writeResource } from './resource.js';

const CAPACITY = { min: 0, max: 2_147_483_647 };
const MAX_RESOURCE_IDS = 50;

/** Reads `RegisterScalableTarget`; settings that are absent do not change. */
export function readRegisterScalableTarget(body: Readonly<Record<string, unknown>>): VariantResource & {
  minCapacity: number | undefined;
  maxCapacity: number | undefined;
  roleArn: string | undefined;
  suspended: Partial<SuspendedState> | undefined;
  tags: Tags;
} {
  const target = Members.read(body, (request) => ({
    ...readResource(request),
    minCapacity: request.integer('MinCapacity', CAPACITY),
    maxCapacity: request.integer('MaxCapacity', CAPACITY),
    roleArn: request.text('RoleARN', { min: 1, max: 1600 }),
    suspended: readSuspendedState(request.structure('SuspendedState')),
    tags: readTags(request),
  }));
  checkTagKeys(target.tags);
  return target;
}

function readSuspendedState(state: Members | undefined): Partial<SuspendedState> | undefined {
  return (
    state && {
      dynamicScalingIn: state.boolean('DynamicScalingInSuspended'),
      dynamicScalingOut: state.boolean('DynamicScalingOutSuspended'),
      scheduledScaling: state.boolean('ScheduledScalingSuspended'),
    }
  );
}

/** Reads `DeregisterScalableTarget`. */
export function readDeregisterScalableTarget(body: Readonly<Record<string, unknown>>): VariantResource {
  return Members.read(body, readResource);
}

/** Reads `DescribeScalableTargets`; an empty list of resource ids means every target. */
export function readDescribeScalableTargets(
  body: Readonly<Record<string, unknown>>,
): Paging & { resourceIds: readonly string[] } {
  return Members.read(body, (request) => {
    readResourceFilter(request);
    return {
      ...readPaging(request),
      resourceIds: request.texts('ResourceIds', { min: 1, max: 1600 }, { max: MAX_RESOURCE_IDS }),
    };
  });
}

/** Writes a scalable target. */
export function writeScalableTarget(target: ScalableTarget, place: Place): object {
  return {
    ...writeResource(target),
    MinCapacity: target.minCapacity,
    MaxCapacity: target.maxCapacity,
    RoleARN: target.roleArn ?? serviceLinkedRole(place),
    CreationTime: toTimestamp(target.createdAt),
    SuspendedState: {
      DynamicScalingInSuspended: target.suspended.dynamicScalingIn,
      DynamicScalingOutSuspended: target.suspended.dynamicScalingOut,
      ScheduledScalingSuspended: target.suspended.scheduledScaling,
    },
    ScalableTargetARN: scalableTargetArn(place, target.id),
  };
}

/** Returns the role that AWS shows in place of any role that was given; Ebb needs none. */
function serviceLinkedRole(place: Place): string {
  return (
    `arn:aws:iam::${place.accountId}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/` +
    'AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint'
  );
}
