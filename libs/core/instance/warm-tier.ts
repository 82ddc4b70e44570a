import { EbbError } from '../errors.js';
import type { Tags } from '../tags.js';

/**
 * The most idle instances of a variant that are kept paused instead of being ended, and how long each is kept. A paused
 * instance holds only its memory, does not count for scaling, and is back within milliseconds.
 */
export interface WarmTier {
  readonly instances: number;
  readonly forMs: number;
}

/** The tag of an endpoint that says how many instances of each of its variants may be paused; none by default. */
export const WARM_INSTANCES_TAG = 'ebb:warm-instances';
/** The beginning of the tag for one variant: its name follows. */
export const WARM_INSTANCES_OF_PREFIX = `${WARM_INSTANCES_TAG}/`;
/** The tag of an endpoint that says how long an instance is kept paused, in seconds. */
export const WARM_SECONDS_TAG = 'ebb:warm-seconds';

export const MAX_WARM_INSTANCES = 1_000;
export const MAX_WARM_SECONDS = 86_400;
export const DEFAULT_WARM_SECONDS = 900;

/** Raises `InvalidRequest` for a tag of the warm tier with a value that is not allowed. Other tags are not checked. */
export function checkWarmTags(tags: Tags): void {
  for (const [tag, text] of Object.entries(tags)) {
    if (tag === WARM_INSTANCES_TAG || tag.startsWith(WARM_INSTANCES_OF_PREFIX)) {
      check(tag, text, MAX_WARM_INSTANCES, 'a whole number of instances');
    } else if (tag === WARM_SECONDS_TAG) {
      check(tag, text, MAX_WARM_SECONDS, 'a whole number of seconds');
    }
  }
}

function check(tag: string, text: string, maximum: number, what: string): void {
  if (wholeUpTo(maximum, text) !== undefined) return;
  throw new EbbError(
    'InvalidRequest',
    `The tag ${tag} must be ${what} from 0 to ${maximum}, such as 2; it is '${text}'.`,
  );
}

/** Returns the warm tier that an endpoint's tags give a variant. A value that cannot be read counts as absent. */
export function warmTierFromTags(tags: Tags, variantName: string): WarmTier {
  const own = wholeUpTo(MAX_WARM_INSTANCES, tags[WARM_INSTANCES_OF_PREFIX + variantName]);
  const instances = own ?? wholeUpTo(MAX_WARM_INSTANCES, tags[WARM_INSTANCES_TAG]) ?? 0;
  const seconds = wholeUpTo(MAX_WARM_SECONDS, tags[WARM_SECONDS_TAG]) ?? DEFAULT_WARM_SECONDS;
  return { instances: seconds === 0 ? 0 : instances, forMs: seconds * 1000 };
}

function wholeUpTo(maximum: number, text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= maximum ? value : undefined;
}

/**
 * Divides the instances that scale-in takes. As many are paused as the tier has room for beside those already paused,
 * and the others are drained.
 */
export function divideScaleIn<T>(
  chosen: readonly T[],
  pausedAlready: number,
  tier: WarmTier,
): { readonly pause: readonly T[]; readonly drain: readonly T[] } {
  const room = Math.max(0, tier.instances - pausedAlready);
  return { pause: chosen.slice(0, room), drain: chosen.slice(room) };
}

/** Chooses the paused instances that are resumed when `count` are needed: the last paused first. */
export function chooseToResume<T extends { readonly pausedUntil?: number }>(paused: Iterable<T>, count: number): T[] {
  return byTimeLeft(paused).slice(0, Math.max(0, count));
}

/**
 * Chooses the paused instances that exceed the tier, for example after its tags were changed; the last paused ones
 * stay.
 */
export function pausedBeyond<T extends { readonly pausedUntil?: number }>(paused: Iterable<T>, tier: WarmTier): T[] {
  return byTimeLeft(paused).slice(tier.instances);
}

function byTimeLeft<T extends { readonly pausedUntil?: number }>(paused: Iterable<T>): T[] {
  return [...paused].sort((a, b) => (b.pausedUntil ?? 0) - (a.pausedUntil ?? 0));
}
