import { type Place, scheduledActionArn } from '../../core/arn.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { Schedule, ScheduledAction } from '../../core/scaling/scheduled-action.js';
import { EbbError } from '../../core/errors.js';
import { toTimestamp } from '../aws/aws-json.js';
import type { TextRule } from '../aws/constraints.js';
import { Members } from '../aws/members.js';
import { type Paging, readPaging } from './page.js';
import { type VariantResource, readResource, readResourceFilter, writeResource } from './resource.js';
import { parseSchedule } from './schedule.js';

/** The name of a scheduled action. It excludes lone surrogates, which are not text. */
const ACTION_NAME: TextRule = {
  min: 1,
  max: 256,
  pattern: /^(?! )[^\p{Cc}\p{Cs}:/|]*(?<! )$/u,
  patternText: '(?!((^[ ]+.*)|(.*([\\u0000-\\u001f]|[\\u007f-\\u009f]|[:/|])+.*)|(.*[ ]+$))).+',
};
const CAPACITY = { min: 0, max: 2_147_483_647 };
const MAX_NAMES = 50;

type Capacities = Pick<ScheduledAction, 'minCapacity' | 'maxCapacity'>;

/** Reads `PutScheduledAction`. */
export function readPutScheduledAction(body: Readonly<Record<string, unknown>>): VariantResource & {
  name: string;
  schedule?: { expression: string; parsed: Schedule };
  timezone?: string;
  startAt?: number;
  endAt?: number;
  capacities?: Capacities;
} {
  const { expression, ...action } = Members.read(body, (request) => {
    const capacities = request.structure('ScalableTargetAction');
    return {
      ...readResource(request),
      name: request.requiredText('ScheduledActionName', ACTION_NAME),
      expression: request.text('Schedule', { min: 1, max: 1600 }),
      timezone: request.text('Timezone', { min: 1, max: 1600 }),
      startAt: readTime(request, 'StartTime'),
      endAt: readTime(request, 'EndTime'),
      capacities: capacities && {
        minCapacity: capacities.integer('MinCapacity', CAPACITY),
        maxCapacity: capacities.integer('MaxCapacity', CAPACITY),
      },
    };
  });
  if (action.capacities) checkCapacities(action.capacities);
  return {
    ...action,
    schedule: expression === undefined ? undefined : { expression, parsed: parseSchedule(expression) },
  };
}

function readTime(request: Members, name: string): number | undefined {
  const seconds = request.float(name);
  return seconds === undefined ? undefined : Math.round(seconds * 1000);
}

function checkCapacities({ minCapacity, maxCapacity }: Capacities): void {
  if (minCapacity === undefined && maxCapacity === undefined) {
    throw new EbbError('InvalidRequest', 'At least one of minimum capacity and maximum capacity should be provided');
  }
  if (minCapacity !== undefined && maxCapacity !== undefined && minCapacity > maxCapacity) {
    throw new EbbError('InvalidRequest', 'Maximum capacity cannot be less than minimum capacity');
  }
}

/** Reads `DeleteScheduledAction`. */
export function readDeleteScheduledAction(body: Readonly<Record<string, unknown>>): VariantResource & { name: string } {
  return Members.read(body, (request) => ({
    ...readResource(request),
    name: request.requiredText('ScheduledActionName', { min: 1, max: 1600 }),
  }));
}

/** Reads `DescribeScheduledActions`; an empty list of names means every action. */
export function readDescribeScheduledActions(
  body: Readonly<Record<string, unknown>>,
): Paging & Partial<VariantResource> & { names: readonly string[] } {
  return Members.read(body, (request) => ({
    ...readResourceFilter(request),
    ...readPaging(request),
    names: request.texts('ScheduledActionNames', { min: 1, max: 1600 }, { max: MAX_NAMES }),
  }));
}

/** Writes a scheduled action. */
export function writeScheduledAction(action: ScheduledAction, place: Place): object {
  const { id, name, endpointName, variantName, startAt, endAt } = action;
  return {
    ScheduledActionName: name,
    ScheduledActionARN: scheduledActionArn(place, id, scalableTargetKey(endpointName, variantName), name),
    ...writeResource(action),
    Schedule: action.expression,
    Timezone: action.timezone,
    StartTime: startAt === undefined ? undefined : toTimestamp(startAt),
    EndTime: endAt === undefined ? undefined : toTimestamp(endAt),
    ScalableTargetAction: { MinCapacity: action.minCapacity, MaxCapacity: action.maxCapacity },
    CreationTime: toTimestamp(action.createdAt),
  };
}
