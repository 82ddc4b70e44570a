import type { Tags } from '../tags.js';
import { EbbError } from '../errors.js';

/** The promise for the invocations of an endpoint without scaling policies. */
export interface ScalingPromise {
  /** `start`: an invocation starts within the time. `done`: it is done within the time, counted from its acceptance. */
  readonly kind: 'start' | 'done';
  readonly withinMs: number;
}

/** The promise if neither the operator nor the endpoint's tags set one. */
export const DEFAULT_PROMISE: ScalingPromise = { kind: 'start', withinMs: 1_000 };

/** SageMaker's own low alarm must last for a quarter of an hour before it takes an instance away. */
export const DEFAULT_MAX_KEEP_WARM_MS = 900_000;

/** The tags of an endpoint that set its promise. */
export const START_WITHIN_TAG = 'ebb:start-within-seconds';
export const DONE_WITHIN_TAG = 'ebb:done-within-seconds';
/** The tag of an endpoint that says how long an idle instance is kept at most. */
export const KEEP_WARM_TAG = 'ebb:keep-warm-seconds';

const MAX_SECONDS = 86_400;

/** Raises `InvalidRequest` for scaling tags with a value that is not allowed. Other tags are not checked. */
export function checkPromiseTags(tags: Tags): void {
  for (const tag of [START_WITHIN_TAG, DONE_WITHIN_TAG, KEEP_WARM_TAG]) {
    const text = tags[tag];
    if (text === undefined || secondsOf(text) !== undefined) continue;
    throw new EbbError(
      'InvalidRequest',
      `The tag ${tag} must be a number of seconds from 0 to ${MAX_SECONDS}, such as 30 or 2.5; it is '${text}'.`,
    );
  }
  if (tags[START_WITHIN_TAG] !== undefined && tags[DONE_WITHIN_TAG] !== undefined) {
    throw new EbbError('InvalidRequest', `Only one of the tags ${START_WITHIN_TAG} and ${DONE_WITHIN_TAG} may be set.`);
  }
}

/** Returns the tags that set a promise and a keep-warm time; none for an absent one. */
export function tagsOfPromise(promise: ScalingPromise | undefined, keepWarmSeconds: number | undefined): Tags {
  const tag = promise?.kind === 'done' ? DONE_WITHIN_TAG : START_WITHIN_TAG;
  return {
    ...(promise && { [tag]: decimal(promise.withinMs / 1000) }),
    ...(keepWarmSeconds !== undefined && { [KEEP_WARM_TAG]: decimal(keepWarmSeconds) }),
  };
}

/** Returns the promise that an endpoint's tags set, or `fallback` if they set none that can be read. */
export function promiseFromTags(tags: Tags, fallback: ScalingPromise): ScalingPromise {
  const start = secondsOf(tags[START_WITHIN_TAG]);
  if (start !== undefined) return { kind: 'start', withinMs: start * 1000 };
  const done = secondsOf(tags[DONE_WITHIN_TAG]);
  if (done !== undefined) return { kind: 'done', withinMs: done * 1000 };
  return fallback;
}

/** Returns how long an endpoint's tags let an idle instance be kept at most, or `fallbackMs`. */
export function maxKeepWarmFromTags(tags: Tags, fallbackMs: number): number {
  const seconds = secondsOf(tags[KEEP_WARM_TAG]);
  return seconds === undefined ? fallbackMs : seconds * 1000;
}

/** Writes seconds to the millisecond, as the tags are read. */
function decimal(seconds: number): string {
  return String(Math.round(seconds * 1000) / 1000);
}

/** Reads plain decimals only, because `1e3`, `0x10`, signs and spaces are more often mistakes than meant. */
function secondsOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,5}(\.\d{1,3})?$/.test(text)) return undefined;
  const seconds = Number(text);
  return seconds <= MAX_SECONDS ? seconds : undefined;
}
