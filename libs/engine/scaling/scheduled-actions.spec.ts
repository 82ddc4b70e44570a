import { describe, expect, it } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { NOT_SUSPENDED, type ScalableTarget, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { type Schedule, type ScheduledAction, scheduledActionKey } from '../../core/scaling/scheduled-action.js';
import { ScheduledActions } from './scheduled-actions.js';

const HOUR = 3_600_000;
const TARGET_KEY = scalableTargetKey('reader', 'main');

async function aTarget(of: Partial<ScalableTarget> = {}) {
  const parts = memoryWorld();
  const { catalog, clock } = parts;
  await catalog.scalableTargets.create(TARGET_KEY, {
    id: '1',
    endpointName: 'reader',
    variantName: 'main',
    minCapacity: 0,
    maxCapacity: 4,
    suspended: NOT_SUSPENDED,
    createdAt: clock.now(),
    ...of,
  });
  const put = async (name: string, schedule: Schedule, more: Partial<ScheduledAction> = {}): Promise<void> => {
    await catalog.scheduledActions.create(scheduledActionKey('reader', 'main', name), {
      id: name,
      name,
      endpointName: 'reader',
      variantName: 'main',
      schedule,
      expression: '',
      createdAt: clock.now(),
      doneUntil: clock.now(),
      ...more,
    });
    parts.signals.notify({ kind: 'endpoint', endpointName: 'reader' });
    await clock.settle();
  };
  return {
    ...parts,
    put,
    start: async (leadership = { isLeading: true }): Promise<ScheduledActions> => {
      const actions = new ScheduledActions(parts.world, leadership);
      actions.start();
      await clock.settle();
      return actions;
    },
    bounds: async (): Promise<number[]> => {
      const target = await catalog.scalableTargets.get(TARGET_KEY);
      return [target!.minCapacity, target!.maxCapacity];
    },
  };
}

const hourly: Schedule = { kind: 'rate', everyMs: HOUR };
/** The virtual clock begins at midnight of 1 January 2026, UTC. */
const at = (localTime: string): Schedule => ({ kind: 'at', localTime: `2026-01-01T${localTime}` });

describe('a scheduled action', () => {
  it('sets the bounds when it is due, not before', async () => {
    const { bounds, clock, put, start } = await aTarget();
    await start();
    await put('morning', at('08:00:00'), { minCapacity: 2, maxCapacity: 8 });
    await clock.advance(8 * HOUR - 1);
    expect(await bounds()).toEqual([0, 4]);
    await clock.advance(1_000);
    expect(await bounds()).toEqual([2, 8]);
  });

  it('is read in its own time zone', async () => {
    const { bounds, clock, put, start } = await aTarget();
    await start();
    await put('morning', { kind: 'cron', fields: '0 8 * * ? *' }, { timezone: 'Asia/Tokyo', maxCapacity: 9 });
    // Eight o'clock in Tokyo is 23:00 in UTC the day before.
    await clock.advance(23 * HOUR - 1_000);
    expect(await bounds()).toEqual([0, 4]);
    await clock.advance(2_000);
    expect(await bounds()).toEqual([0, 9]);
  });

  it('repeats at its rate until its end', async () => {
    const { bounds, catalog, clock, put, start } = await aTarget();
    await start();
    await put('more', hourly, { maxCapacity: 9, endAt: clock.now() + 2 * HOUR });
    await clock.advance(HOUR + 1_000);
    await catalog.scalableTargets.update(TARGET_KEY, (target) => ({ ...target, maxCapacity: 4 }));
    await clock.advance(HOUR);
    expect(await bounds()).toEqual([0, 9]);
    await catalog.scalableTargets.update(TARGET_KEY, (target) => ({ ...target, maxCapacity: 4 }));
    await clock.advance(24 * HOUR);
    expect(await bounds()).toEqual([0, 4]);
  });

  it('moves the other bound too if it would cross it', async () => {
    const { bounds, clock, put, start } = await aTarget({ minCapacity: 3 });
    await start();
    await put('night', at('01:00:00'), { maxCapacity: 1 });
    await put('day', at('02:00:00'), { minCapacity: 7 });
    await clock.advance(HOUR + 1_000);
    expect(await bounds()).toEqual([1, 1]);
    await clock.advance(HOUR);
    expect(await bounds()).toEqual([7, 7]);
  });

  it('is skipped and not made up for while scheduled scaling is suspended', async () => {
    const { bounds, catalog, clock, put, start } = await aTarget({
      suspended: { ...NOT_SUSPENDED, scheduledScaling: true },
    });
    await start();
    await put('morning', at('08:00:00'), { maxCapacity: 9 });
    await clock.advance(9 * HOUR);
    await catalog.scalableTargets.update(TARGET_KEY, (target) => ({ ...target, suspended: NOT_SUSPENDED }));
    await clock.advance(24 * HOUR);
    expect(await bounds()).toEqual([0, 4]);
  });

  it('is carried out once, in the order of due times, if its due times were missed', async () => {
    const { bounds, clock, put, start } = await aTarget();
    await put('evening', at('20:00:00'), { minCapacity: 0, maxCapacity: 1 });
    await put('hourly', hourly, { minCapacity: 1, maxCapacity: 6, endAt: clock.now() + 12 * HOUR });
    await clock.advance(30 * HOUR);
    await start();
    expect(await bounds()).toEqual([0, 1]);
    await clock.advance(24 * HOUR);
    expect(await bounds()).toEqual([0, 1]);
  });

  it('is carried out only by the leader', async () => {
    const { bounds, clock, put, start } = await aTarget();
    const leadership = { isLeading: false };
    const actions = await start(leadership);
    await put('morning', at('08:00:00'), { maxCapacity: 9 });
    await clock.advance(9 * HOUR);
    expect(await bounds()).toEqual([0, 4]);
    leadership.isLeading = true;
    actions.look();
    await clock.advance(2_000);
    expect(await bounds()).toEqual([0, 9]);
  });
});
