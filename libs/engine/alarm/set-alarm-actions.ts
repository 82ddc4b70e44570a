import { reviseAlarm } from './alarm-records.js';
import type { World } from '../world.js';

/**
 * Enables or disables the actions of alarms. Alarms that do not exist, or need no change, are passed over, as in AWS.
 */
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
