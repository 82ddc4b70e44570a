import type { Tags } from '../tags.js';
import { EbbError } from '../errors.js';

/** What Ebb promises for the invocations of an endpoint that has no scaling policies. */
export interface ScalingPromise {
  /** `start`: work starts within the time; `done`: it is done within the time of being accepted. */
  readonly kind: 'start' | 'done';
  readonly withinMs: number;
}

/** What holds where neither an operator nor an endpoint's tags say anything. */
export const DEFAULT_PROMISE: ScalingPromise = { kind: 'start', withinMs: 1_000 };

/** SageMaker's own low alarm stands for a quarter of an hour before it takes an instance away. */
export const DEFAULT_MAX_KEEP_WARM_MS = 900_000;

/** The tags of an endpoint that say what is promised for it. */
export const START_WITHIN_TAG = 'ebb:start-within-seconds';
export const DONE_WITHIN_TAG = 'ebb:done-within-seconds';
/** The tag of an endpoint that says how long an instance with nothing to do is kept at most. */
export const KEEP_WARM_TAG = 'ebb:keep-warm-seconds';

const MAX_SECONDS = 86_400;

/** Raises `InvalidRequest` for tags that say something of scaling that cannot be meant. Other tags are not looked at. */
export function checkPromiseTags(tags: Tags): void {
  for (const tag of [START_WITHIN_TAG, DONE_WITHIN_TAG, KEEP_WARM_TAG]) {
    const text = tags[tag];
    if (text === undefined || secondsOf(text) !== undefined) continue;
    throw new EbbError(
      'InvalidRequest',
      `The tag ${tag} must be a number of seconds from 0 to ${MAX_SECONDS}, as 30 or 2.5; it is '${text}'.`,
    );
  }
  if (tags[START_WITHIN_TAG] !== undefined && tags[DONE_WITHIN_TAG] !== undefined) {
    throw new EbbError('InvalidRequest', `Only one of the tags ${START_WITHIN_TAG} and ${DONE_WITHIN_TAG} may be set.`);
  }
}

/** The tags that say so; none for what is absent. */
export function tagsOfPromise(promise: ScalingPromise | undefined, keepWarmSeconds: number | undefined): Tags {
  const tag = promise?.kind === 'done' ? DONE_WITHIN_TAG : START_WITHIN_TAG;
  return {
    ...(promise && { [tag]: decimal(promise.withinMs / 1000) }),
    ...(keepWarmSeconds !== undefined && { [KEEP_WARM_TAG]: decimal(keepWarmSeconds) }),
  };
}

/** What an endpoint's tags promise, or `fallback` where they promise nothing that can be read. */
export function promiseFromTags(tags: Tags, fallback: ScalingPromise): ScalingPromise {
  const start = secondsOf(tags[START_WITHIN_TAG]);
  if (start !== undefined) return { kind: 'start', withinMs: start * 1000 };
  const done = secondsOf(tags[DONE_WITHIN_TAG]);
  if (done !== undefined) return { kind: 'done', withinMs: done * 1000 };
  return fallback;
}

/** How long an endpoint's tags let an idle instance be kept at most, or `fallbackMs`. */
export function maxKeepWarmFromTags(tags: Tags, fallbackMs: number): number {
  const seconds = secondsOf(tags[KEEP_WARM_TAG]);
  return seconds === undefined ? fallbackMs : seconds * 1000;
}

/** To the millisecond, as the tags are read. */
function decimal(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000);
}

/** Plain decimals only: `1e3`, `0x10`, signs and spaces are mistakes more often than meant. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}(\.\d{1,3})?$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds <= MAX_SECONDS ? seconds : undefined;
}
