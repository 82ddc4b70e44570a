import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import type { World } from '../world.js';

/** The most tags of one alarm. */
export const MAX_ALARM_TAGS = 50;

/** Returns the tags of an alarm. Raises `ResourceNotFound`. */
export async function findAlarmTags(
  { catalog }: Pick<World, 'catalog'>,
  name: string,
  signal?: AbortSignal,
): Promise<Tags> {
  const alarm = await catalog.alarms.get(name, signal);
  if (!alarm) throw missing(name);
  return alarm.tags;
}

/** Changes the tags of an alarm. Raises `ResourceNotFound`, and `InvalidRequest` if there would be too many tags. */
export async function changeAlarmTags(
  world: Pick<World, 'catalog'>,
  name: string,
  change: (tags: Tags) => Tags,
  signal?: AbortSignal,
): Promise<void> {
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
  if (!changed) throw missing(name);
}

function missing(name: string): EbbError {
  return new EbbError('ResourceNotFound', `Could not find alarm: ${name}`);
}
