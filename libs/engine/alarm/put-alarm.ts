import type { Alarm, AlarmSettings } from '../../core/alarm/alarm.js';
import { checkAlarm } from '../../core/alarm/alarm-rules.js';
import type { Tags } from '../../core/tags.js';
import { writeAlarm } from './alarm-records.js';
import type { World } from '../world.js';

/** Creates or edits a user's alarm; tags apply to a new alarm only. Raises `InvalidRequest`. */
export async function putAlarm(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  settings: AlarmSettings,
  tags: Tags,
  signal?: AbortSignal,
): Promise<Alarm> {
  checkAlarm(settings);
  return writeAlarm(world, settings, tags, signal);
}
