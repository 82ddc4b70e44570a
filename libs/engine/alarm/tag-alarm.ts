import type { Alarm } from '../../core/alarm/alarm.js';
import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import type { World } from '../world.js';

/** One alarm has at most this many tags. */
export const MAX_ALARM_TAGS = 50;

/** Changes the tags of an alarm. Raises `ResourceNotFound`, and `InvalidRequest` where they would be too many. */
export async function changeAlarmTags(
  world: Pick<World, 'catalog'>,
  name: string,
  change: (tags: Tags) => Tags,
  signal?: AbortSignal,
): Promise<Alarm> {
  const changed = await world.catalog.alarms.update(
    name,
    (alarm) => {
      const tags = change(alarm.tags);
      if (Object.keys(tags).length > MAX_ALARM_TAGS) {
        throw new EbbError('InvalidRequest', `An alarm can have at most ${MAX_ALARM_TAGS} tags.`);
      }
      return { ...alarm, tags };
    },
    signal,
  );
  if (!changed) throw new EbbError('ResourceNotFound', `Could not find alarm: ${name}`);
  return changed;
}
