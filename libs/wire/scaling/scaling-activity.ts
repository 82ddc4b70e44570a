import { DESCRIBE_ATTEMPT, type ScalingActivity, isNotScaled } from '../../core/scaling/scaling-activity.js';
import type { NotScaledCode, NotScaledReason } from '../../core/scaling/scaling-answer.js';
import { toTimestamp } from '../aws/aws-json.js';
import { Members } from '../aws/members.js';
import { type Paging, readPaging } from './page.js';
import { type VariantResource, readResourceFilter, writeResource } from './resource.js';

/** Reads `DescribeScalingActivities`. */
export function readDescribeScalingActivities(
  body: Readonly<Record<string, unknown>>,
): Paging & Partial<VariantResource> & { includeNotScaled: boolean } {
  return Members.read(body, (request) => ({
    ...readResourceFilter(request),
    ...readPaging(request),
    includeNotScaled: request.boolean('IncludeNotScaledActivities') ?? false,
  }));
}

/**
 * Writes a scaling activity. `Details` holds the inputs of the decision and the answer of each policy as JSON, so that
 * readers can follow the decision. An activity that changed nothing appears as in AWS: failed, and without an end.
 */
export function writeScalingActivity(activity: ScalingActivity, includeNotScaled: boolean): object {
  const isRefusal = isNotScaled(activity);
  const { endedAt } = activity;
  return {
    ActivityId: activity.id,
    ...writeResource(activity),
    Description: isRefusal ? DESCRIBE_ATTEMPT : activity.description,
    Cause: activity.cause,
    StartTime: toTimestamp(activity.startedAt),
    EndTime: isRefusal || endedAt === undefined ? undefined : toTimestamp(endedAt),
    StatusCode: isRefusal ? 'Failed' : activity.status,
    StatusMessage: isRefusal ? refusalOf(activity) : activity.statusMessage,
    Details: detailsOf(activity),
    NotScaledReasons: includeNotScaled ? writeNotScaledReasons(activity.notScaledReasons) : undefined,
  };
}

function detailsOf({ from, to, observation, answers, lastAt, times }: ScalingActivity): string {
  return JSON.stringify({ from, to, observation, answers, lastAt, times });
}

/** Sentences for Ebb's own codes. AWS's codes have none, because clients know them. */
const OWN_REASONS: Readonly<Record<NotScaledCode, string | undefined>> = {
  AlreadyAtMaxCapacity: undefined,
  AlreadyAtMinCapacity: undefined,
  AlreadyAtDesiredCapacity: undefined,
  AutoScalingAnticipatedFlapping: undefined,
  TargetServicePutResourceAsUnscalable: undefined,
  CoolingDown: 'A cooldown has not ended yet.',
  ScalingSuspended: 'Scaling is suspended.',
  InstancesBusy: 'The instances are busy.',
  LaunchesFailing: 'Instances fail to start.',
  DispatchPaused: 'Dispatch is paused by an operator.',
};

function refusalOf({ statusMessage, notScaledReasons }: ScalingActivity): string | undefined {
  const sentences = [statusMessage, ...notScaledReasons.map(({ code }) => OWN_REASONS[code])];
  return sentences.filter((sentence) => sentence !== undefined).join(' ') || undefined;
}

function writeNotScaledReasons(reasons: readonly NotScaledReason[]): object[] | undefined {
  const known = reasons.filter(({ code }) => OWN_REASONS[code] === undefined);
  return known.length === 0 ? undefined : known.map(writeNotScaledReason);
}

function writeNotScaledReason(reason: NotScaledReason): object {
  return {
    Code: reason.code,
    MaxCapacity: reason.maxCapacity,
    MinCapacity: reason.minCapacity,
    CurrentCapacity: reason.currentCapacity,
  };
}
