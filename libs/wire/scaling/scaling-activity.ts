import type { ScalingActivity } from '../../core/scaling-activity.js';
import type { NotScaledReason } from '../../core/scaling-observation.js';
import { toTimestamp } from '../aws-json.js';
import { Members } from '../members.js';
import { type Page, readPage } from './page.js';
import { type VariantResource, readResourceFilter, writeResource } from './resource.js';

/** Reads `DescribeScalingActivities`. */
export function readDescribeScalingActivities(
  body: Readonly<Record<string, unknown>>,
): Page & Partial<VariantResource> & { includeNotScaled: boolean } {
  return Members.read(body, (request) => ({
    ...readResourceFilter(request),
    ...readPage(request),
    includeNotScaled: request.boolean('IncludeNotScaledActivities') ?? false,
  }));
}

/** `Details` holds the inputs of the decision as JSON, so that it can be followed. */
export function writeScalingActivity(activity: ScalingActivity, includeNotScaled: boolean): object {
  const { from, to, observation } = activity;
  return {
    ActivityId: activity.id,
    ...writeResource(activity),
    Description: activity.description,
    Cause: activity.cause,
    StartTime: toTimestamp(activity.startedAt),
    EndTime: activity.endedAt === undefined ? undefined : toTimestamp(activity.endedAt),
    StatusCode: activity.status,
    StatusMessage: activity.statusMessage,
    Details: JSON.stringify({ from, to, observation }),
    NotScaledReasons:
      includeNotScaled && activity.notScaledReasons.length > 0
        ? activity.notScaledReasons.map(writeNotScaledReason)
        : undefined,
  };
}

function writeNotScaledReason(reason: NotScaledReason): object {
  return {
    Code: reason.code,
    MaxCapacity: reason.maxCapacity,
    MinCapacity: reason.minCapacity,
    CurrentCapacity: reason.currentCapacity,
  };
}
