import { EbbError } from '../../core/errors.js';
import { eraseAlarm } from './alarm-records.js';
import type { World } from '../world.js';

/** Deletes all of the named alarms. Raises `AlarmNotFound` if one does not exist, and then deletes none. */
export async function deleteAlarms(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  names: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const found = await Promise.all(names.map((name) => world.catalog.alarms.get(name, signal)));
  const missing = names.filter((_, index) => found[index] === undefined);
  if (missing.length > 0) throw new EbbError('AlarmNotFound', `Could not find alarms: ${missing.join(', ')}`);
  for (const name of names) await eraseAlarm(world, name, signal);
}
