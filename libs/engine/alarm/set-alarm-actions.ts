import { reviseAlarm } from './alarm-records.js';
import type { World } from '../world.js';

/** Lets alarms act, or keeps them from it; what is so already, and what is not there, is passed over as AWS does. */
export async function setAlarmActions(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  names: readonly string[],
  actionsEnabled: boolean,
  signal?: AbortSignal,
): Promise<void> {
  for (const name of names) {
    const alarm = await world.catalog.alarms.get(name, signal);
    if (alarm === undefined || alarm.actionsEnabled === actionsEnabled) continue;
    await reviseAlarm(world, name, (current) => ({ ...current, actionsEnabled }), signal);
  }
}
