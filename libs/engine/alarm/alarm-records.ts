import { type Alarm, type AlarmSettings, UNCHECKED } from '../../core/alarm/alarm.js';
import { configurationHistoryItem } from '../../core/alarm/alarm-configuration.js';
import type { Tags } from '../../core/tags.js';
import type { World } from '../world.js';

type AlarmWorld = Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>;

/**
 * Puts an alarm on record, or replaces the settings of the alarm with that name, and adds a line to its history. An
 * edited alarm keeps its state and its tags; a new alarm has not been evaluated.
 */
export async function writeAlarm(
  world: AlarmWorld,
  settings: AlarmSettings,
  tags: Tags = {},
  signal?: AbortSignal,
): Promise<Alarm> {
  const edited = await reviseAlarm(world, settings.name, () => settings, signal);
  if (edited) return edited;
  const now = world.clock.now();
  const created: Alarm = {
    ...settings,
    state: 'INSUFFICIENT_DATA',
    stateReason: UNCHECKED,
    stateChangedAt: now,
    stateUpdatedAt: now,
    configuredAt: now,
    tags,
  };
  if (await world.catalog.alarms.create(settings.name, created, signal)) {
    await tell(world, created, 'Create');
    return created;
  }
  // Another caller was faster, so this request edits the alarm that the other created.
  return writeAlarm(world, settings, tags, signal);
}

/**
 * Changes the settings of an alarm, adds a line to its history, and returns it; undefined if there is no such alarm.
 */
export async function reviseAlarm(
  world: AlarmWorld,
  name: string,
  change: (alarm: Alarm) => AlarmSettings,
  signal?: AbortSignal,
): Promise<Alarm | undefined> {
  const revised = await world.catalog.alarms.update(
    name,
    (current): Alarm => ({
      ...change(current),
      state: current.state,
      stateReason: current.stateReason,
      stateReasonData: current.stateReasonData,
      stateChangedAt: current.stateChangedAt,
      stateUpdatedAt: current.stateUpdatedAt,
      configuredAt: world.clock.now(),
      tags: current.tags,
    }),
    signal,
  );
  if (revised) await tell(world, revised, 'Update');
  return revised;
}

/** Takes an alarm, but not its history, off the record and returns it; undefined if there is no such alarm. */
export async function eraseAlarm(world: AlarmWorld, name: string, signal?: AbortSignal): Promise<Alarm | undefined> {
  const erased = await world.catalog.alarms.delete(name, signal);
  if (erased) await tell(world, erased, 'Delete');
  return erased;
}

async function tell(world: AlarmWorld, alarm: Alarm, type: 'Create' | 'Update' | 'Delete'): Promise<void> {
  const { catalog, clock, place, signals } = world;
  const item = configurationHistoryItem({ id: clock.uniqueId(), at: clock.now(), type }, alarm, place);
  await catalog.alarmHistory.record(item);
  signals.notify({ kind: 'alarm', alarmName: alarm.name });
}
