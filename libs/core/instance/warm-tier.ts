import { EbbError } from '../errors.js';
import type { Tags } from '../tags.js';

/**
 * How many idle instances of a variant may be kept paused instead of being ended, and for how long each. A paused instance
 * holds its memory and nothing else, counts as none for scaling, and is back within milliseconds.
 */
export interface WarmTier {
  readonly instances: number;
  readonly forMs: number;
}

/** The tag of an endpoint that says how many instances of each of its variants may be paused; none unless told. */
export const WARM_INSTANCES_TAG = 'ebb:warm-instances';
/** With a variant's name behind it, the same tag for that variant alone. */
export const WARM_INSTANCES_OF_PREFIX = `${WARM_INSTANCES_TAG}/`;
/** The tag of an endpoint that says for how long. */
export const WARM_SECONDS_TAG = 'ebb:warm-seconds';

export const MAX_WARM_INSTANCES = 1_000;
export const MAX_WARM_SECONDS = 86_400;
export const DEFAULT_WARM_SECONDS = 900;

/** Raises `InvalidRequest` for tags that say something of the warm tier that cannot be meant. Others are not looked at. */
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
  throw new EbbError('InvalidRequest', `The tag ${tag} must be ${what} from 0 to ${maximum}, as 2; it is '${text}'.`);
}

/** The warm tier that an endpoint's tags give a variant; what cannot be read is as if it were not there. */
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
 * What becomes of the instances that scale-in takes: as many are paused as the tier has room for beside those that are
 * paused already, and the others are drained.
 */
export function divideScaleIn<T>(
  chosen: readonly T[],
  pausedAlready: number,
  tier: WarmTier,
): { readonly pause: readonly T[]; readonly drain: readonly T[] } {
  const room = Math.max(0, tier.instances - pausedAlready);
  return { pause: chosen.slice(0, room), drain: chosen.slice(room) };
}

/** Of the paused instances of a variant, those to be resumed for `count` that are needed: the last paused first. */
export function chooseToResume<T extends { readonly pausedUntil?: number }>(paused: Iterable<T>, count: number): T[] {
  return byTimeLeft(paused).slice(0, Math.max(0, count));
}

/** Those beyond what the tier has room for, as after its tags were changed: what is left are the last paused. */
export function pausedBeyond<T extends { readonly pausedUntil?: number }>(paused: Iterable<T>, tier: WarmTier): T[] {
  return byTimeLeft(paused).slice(tier.instances);
}

function byTimeLeft<T extends { readonly pausedUntil?: number }>(paused: Iterable<T>): T[] {
  return [...paused].sort((a, b) => (b.pausedUntil ?? 0) - (a.pausedUntil ?? 0));
}
