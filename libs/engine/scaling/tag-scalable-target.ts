import { scalableTargetArn } from '../../core/arn.js';
import { EbbError } from '../../core/errors.js';
import type { Tags } from '../../core/tags.js';
import { type ScalableTarget, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { World } from '../world.js';

/** The most tags of one scalable target. */
const MAX_TAGS = 50;

/** Returns the tags of the scalable target that an ARN names. Raises `ResourceNotFound`. */
export async function findTargetTags(world: Pick<World, 'catalog' | 'place'>, arn: string): Promise<Tags> {
  return (await findTarget(world, arn)).tags ?? {};
}

/** Changes the tags of the scalable target that an ARN names. Raises `ResourceNotFound` and `TooManyTags`. */
export async function changeTargetTags(
  world: Pick<World, 'catalog' | 'place'>,
  arn: string,
  change: (tags: Tags) => Tags,
  signal?: AbortSignal,
): Promise<void> {
  const { id, endpointName, variantName } = await findTarget(world, arn, signal);
  const key = scalableTargetKey(endpointName, variantName);
  const changed = await world.catalog.scalableTargets.update(
    key,
    (target) => {
      // The variant was registered again meanwhile: this is another target under the same name.
      if (target.id !== id) return target;
      const tags = change(target.tags ?? {});
      checkTagCount(tags);
      return { ...target, tags };
    },
    signal,
  );
  if (changed?.id !== id) throw missing(arn);
}

/** Raises `TooManyTags` if a scalable target would have too many tags. */
export function checkTagCount(tags: Tags): void {
  if (Object.keys(tags).length <= MAX_TAGS) return;
  throw new EbbError('TooManyTags', `A scalable target can have at most ${MAX_TAGS} tags.`);
}

async function findTarget(
  world: Pick<World, 'catalog' | 'place'>,
  arn: string,
  signal?: AbortSignal,
): Promise<ScalableTarget> {
  const targets = await world.catalog.scalableTargets.all(signal);
  const found = targets.find(({ id }) => scalableTargetArn(world.place, id) === arn);
  if (!found) throw missing(arn);
  return found;
}

function missing(arn: string): EbbError {
  return new EbbError('ResourceNotFound', `The specified resource doesn't exist: ${arn}`);
}
