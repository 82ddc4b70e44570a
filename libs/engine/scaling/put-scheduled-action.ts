import { EbbError } from '../../core/errors.js';
import type { Calendar } from '../../core/ports/calendar.js';
import {
  type Schedule,
  type ScheduledAction,
  scheduledActionKey,
  scheduledActionPrefix,
} from '../../core/scaling/scheduled-action.js';
import { type Variant, checkRegistered } from './registered-target.js';
import type { World } from '../world.js';

/** The most scheduled actions of one scalable target. */
const MAX_ACTIONS = 200;

/**
 * A request to create or change a scheduled action. On an update an absent member stays as it is, except `startAt` and
 * `endAt`, which are cleared.
 */
export interface ActionRequest extends Variant {
  readonly name: string;
  readonly schedule?: { readonly expression: string; readonly parsed: Schedule };
  readonly timezone?: string;
  readonly startAt?: number;
  readonly endAt?: number;
  readonly capacities?: Pick<ScheduledAction, 'minCapacity' | 'maxCapacity'>;
}

/**
 * Creates a scheduled action of a scalable target, or changes the action of that name and keeps its id. Only due times
 * from now on count. Raises `ScalableTargetNotFound`, `LimitExceeded`, and `InvalidRequest` for a schedule that is
 * invalid or has no due time in the future.
 */
export async function putScheduledAction(
  world: Pick<World, 'calendar' | 'catalog' | 'clock' | 'signals'>,
  request: ActionRequest,
  signal?: AbortSignal,
): Promise<ScheduledAction> {
  const { endpointName, variantName, name } = request;
  const { scheduledActions } = world.catalog;
  await checkRegistered(world, request, signal);
  const siblings = await scheduledActions.under(scheduledActionPrefix(endpointName, variantName), signal);
  const others = siblings.filter((action) => action.name !== name);
  if (others.length >= MAX_ACTIONS) throw tooMany();
  const now = world.clock.now();
  const change = (current: ScheduledAction): ScheduledAction => {
    const changed = { ...current, ...stated(request), startAt: request.startAt, endAt: request.endAt, doneUntil: now };
    checkTimes(world.calendar, changed, now);
    return changed;
  };
  const key = scheduledActionKey(endpointName, variantName, name);
  let action = await scheduledActions.update(key, change, signal);
  if (!action) {
    const created = change(newAction(request, world.clock.uniqueId(), now));
    // Another caller may have just created the action: then this request changes it.
    action = (await scheduledActions.create(key, created, signal))
      ? created
      : ((await scheduledActions.update(key, change, signal)) ?? created);
  }
  await takeBackIfGone(world, request, key, signal);
  world.signals.notify({ kind: 'endpoint', endpointName });
  return action;
}

/** Removes the action if its target was deregistered in the meantime. */
async function takeBackIfGone(
  world: Pick<World, 'catalog'>,
  variant: Variant,
  key: string,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await checkRegistered(world, variant, signal);
  } catch (error) {
    await world.catalog.scheduledActions.delete(key, signal);
    throw error;
  }
}

function tooMany(): EbbError {
  return new EbbError(
    'LimitExceeded',
    `A scalable target can have at most ${MAX_ACTIONS} scheduled actions: delete one before adding another.`,
  );
}

function newAction(request: ActionRequest, id: string, now: number): ScheduledAction {
  const { endpointName, variantName, name, schedule } = request;
  if (!schedule) throw new EbbError('InvalidRequest', 'Schedule must be set');
  if (!request.capacities) throw new EbbError('InvalidRequest', 'ScalableTargetAction must be set');
  return {
    id,
    name,
    endpointName,
    variantName,
    schedule: schedule.parsed,
    expression: schedule.expression,
    createdAt: now,
    doneUntil: now,
  };
}

function stated({ schedule, timezone, capacities }: ActionRequest): Partial<ScheduledAction> {
  return {
    ...(schedule && { schedule: schedule.parsed, expression: schedule.expression }),
    ...(timezone !== undefined && { timezone }),
    // The action is replaced as a whole: a bound that the request does not name is cleared.
    ...(capacities && { minCapacity: capacities.minCapacity, maxCapacity: capacities.maxCapacity }),
  };
}

function checkTimes(calendar: Calendar, action: ScheduledAction, now: number): void {
  const { schedule, expression, timezone, createdAt, startAt, endAt } = action;
  if (timezone !== undefined && !calendar.isTimezone(timezone)) throw invalid(`Invalid time zone: ${timezone}`);
  const flaw = calendar.flaw(schedule, timezone);
  if (flaw !== undefined) throw invalid(`${FLAWED[schedule.kind]} ${expression}: ${flaw}`);
  if (startAt !== undefined && endAt !== undefined && startAt >= endAt) {
    throw invalid('StartTime must be before EndTime');
  }
  if (endAt !== undefined && endAt <= now) throw invalid('EndTime must be in the future');
  if (calendar.next(schedule, now, createdAt, timezone) === undefined) {
    throw invalid(`The schedule ${expression} has no time in the future`);
  }
}

const FLAWED: Readonly<Record<Schedule['kind'], string>> = {
  at: 'Invalid schedule at DateTime expression',
  cron: 'Invalid CRON expression',
  rate: 'Invalid schedule expression',
};

function invalid(message: string): EbbError {
  return new EbbError('InvalidRequest', message);
}
