import type { Alarm, AlarmSettings } from '../../core/alarm/alarm.js';
import { checkAlarm } from '../../core/alarm/alarm-rules.js';
import type { Tags } from '../../core/tags.js';
import { writeAlarm } from './alarm-records.js';
import type { World } from '../world.js';

/** Puts a user's alarm on record, or edits it; tags count for a new one only. Raises `InvalidRequest`. */
export async function putAlarm(
  world: Pick<World, 'catalog' | 'clock' | 'place' | 'signals'>,
  settings: AlarmSettings,
  tags: Tags,
  signal?: AbortSignal,
): Promise<Alarm> {
  checkAlarm(settings);
  return writeAlarm(world, settings, tags, signal);
}
