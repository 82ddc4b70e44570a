import { messageOf } from '../../core/errors.js';
import type { Calendar } from '../../core/ports/calendar.js';
import { type ScalableTarget, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { type ScheduledAction, scheduledActionKey } from '../../core/scaling/scheduled-action.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** How soon a change of the schedules is noticed. Schedules count in minutes. */
const NOTICE_MS = 1_000;
/** The longest time between two looks at the schedules. */
const LONGEST_REST_MS = 3_600_000;
const RETRY_MS = 1_000;
/** The most missed due times that are gone through to find the last one. */
const MAX_MISSED = 1_000;

/**
 * Carries out scheduled actions when they are due: it sets bounds, and the autoscaler moves the capacity into them.
 * Actions that fell due while no autoscaler ran are carried out once, in the order of their due times. Actions that
 * fell due while scheduled scaling was suspended are skipped.
 */
export class ScheduledActions {
  private readonly rounds: Rounds;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly world: Pick<World, 'calendar' | 'catalog' | 'clock' | 'log' | 'signals'>,
    private readonly leadership: { readonly isLeading: boolean },
  ) {
    this.rounds = new Rounds(world.clock, () => this.round(), NOTICE_MS);
  }

  start(): void {
    // These signals come with every instance that comes or goes.
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      if (signal.kind === 'endpoint') this.rounds.call();
    });
    this.rounds.start();
  }

  async stop(): Promise<void> {
    this.unsubscribe();
    await this.rounds.stop();
  }

  /** Asks for a look at the schedules soon. */
  look(): void {
    this.rounds.call();
  }

  private async round(): Promise<number> {
    const { clock, log } = this.world;
    try {
      const nextAt = this.leadership.isLeading ? await this.carryOutDue() : undefined;
      return Math.min(clock.now() + LONGEST_REST_MS, nextAt ?? Infinity);
    } catch (error) {
      log.error('Scheduled actions could not be carried out; trying again', { reason: messageOf(error) });
      return clock.now() + RETRY_MS;
    }
  }

  /** Carries out the actions that are due. Returns when the next action is due. */
  private async carryOutDue(): Promise<number | undefined> {
    const { calendar, catalog, clock } = this.world;
    const now = clock.now();
    const times = (await catalog.scheduledActions.all()).map((action) => ({
      action,
      ...timesOf(calendar, action, now),
    }));
    const due = times.filter(({ lastAt }) => lastAt !== undefined).sort((a, b) => a.lastAt! - b.lastAt!);
    for (const { action } of due) await this.carryOut(action, now);
    const coming = times.flatMap(({ nextAt }) => nextAt ?? []);
    return coming.length === 0 ? undefined : coming.reduce((a, b) => Math.min(a, b));
  }

  private async carryOut(action: ScheduledAction, now: number): Promise<void> {
    const { catalog, log, signals } = this.world;
    const { endpointName, variantName, name } = action;
    await catalog.scalableTargets.update(scalableTargetKey(endpointName, variantName), (target) =>
      target.suspended.scheduledScaling ? target : withBounds(target, action),
    );
    // The bounds are set first: after a crash in between they are set again, which changes nothing.
    await catalog.scheduledActions.update(scheduledActionKey(endpointName, variantName, name), (current) =>
      current.doneUntil === action.doneUntil ? { ...current, doneUntil: now } : current,
    );
    log.info('A scheduled action was due', { endpoint: endpointName, variant: variantName, action: name });
    signals.notify({ kind: 'endpoint', endpointName });
  }
}

/** Returns an action's last due time that has passed and was not handled, and its first due time in the future. */
export function timesOf(
  calendar: Calendar,
  action: ScheduledAction,
  now: number,
): { readonly lastAt?: number; readonly nextAt?: number } {
  const { schedule, timezone, createdAt, startAt = -Infinity, endAt = Infinity } = action;
  const next = (after: number): number | undefined => {
    const at = calendar.next(schedule, Math.max(after, startAt - 1), createdAt, timezone);
    return at === undefined || at > endAt ? undefined : at;
  };
  let lastAt: number | undefined;
  let at = next(action.doneUntil);
  for (let missed = 0; at !== undefined && at <= now && missed < MAX_MISSED; missed += 1) {
    lastAt = at;
    at = next(at);
  }
  const nextAt = at !== undefined && at <= now ? next(now) : at;
  return { ...(lastAt !== undefined && { lastAt }), ...(nextAt !== undefined && { nextAt }) };
}

/** Returns the target with the action's bounds. A bound that would cross the other one moves that one too. */
function withBounds(target: ScalableTarget, { minCapacity, maxCapacity }: ScheduledAction): ScalableTarget {
  const minimum = minCapacity ?? Math.min(target.minCapacity, maxCapacity ?? Infinity);
  const maximum = maxCapacity ?? Math.max(target.maxCapacity, minimum);
  return { ...target, minCapacity: minimum, maxCapacity: maximum };
}
