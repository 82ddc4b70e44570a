import { moment } from '../in-words.js';
import { type InstanceEnd, MAX_FAILURE_REASON_LENGTH, withoutOutput } from './instance-end.js';

/** The launches of one variant that failed, since the last that proved itself. */
export interface LaunchFailures {
  /** How often in a row; launches that were under way together count once. */
  readonly count: number;
  /** How many of them were no outage. */
  readonly faults: number;
  readonly since: number;
  readonly lastAt: number;
  /** In words for users, with the last lines of the container's output where it had any. */
  readonly lastReason: string;
  readonly lastEnd: InstanceEnd;
  readonly lastIsOutage?: boolean;
  /** Trying again helps only when somebody has mended what is missing: the image, or the model's files. */
  readonly permanent: boolean;
  /** When the youngest of them was launched: what an older instance does proves nothing to the contrary. */
  readonly lastLaunchedAt: number;
}

/** One launch that failed: when it began and ended, and why. */
export interface LaunchFailure {
  readonly launchedAt: number;
  readonly at: number;
  readonly reason: string;
  readonly end: InstanceEnd;
  readonly permanent: boolean;
  /** What it takes to start a container (the engine, a registry, storage, the disk) did not answer. */
  readonly isOutage?: boolean;
}

/** A single failure may be chance. */
const CRASH_LOOP_FROM = 2;

const FIRST_LAUNCH_DELAY_MS = 1_000;
const MAX_LAUNCH_DELAY_MS = 300_000;

/** What is missing does not come back within seconds. */
const PERMANENT_DELAY_MS = 60_000;

/** The failures of a variant with one more. */
export function withFailure(failures: LaunchFailures | undefined, failure: LaunchFailure): LaunchFailures {
  const { launchedAt, at, reason, end, permanent, isOutage = false } = failure;
  const last = { lastAt: at, lastReason: reason, lastEnd: end, lastIsOutage: isOutage, permanent };
  if (!failures) return { count: 1, faults: isOutage ? 0 : 1, since: at, ...last, lastLaunchedAt: launchedAt };
  // One that was under way when another failed says nothing about what came after that.
  const more = launchedAt > failures.lastAt ? 1 : 0;
  return {
    count: failures.count + more,
    faults: failures.faults + (isOutage ? 0 : more),
    since: failures.since,
    ...last,
    lastLaunchedAt: Math.max(launchedAt, failures.lastLaunchedAt),
  };
}

/** Whether the failures are history when an instance that was launched then has proved itself. */
export function isOvercome(failures: LaunchFailures, launchedAt: number): boolean {
  return launchedAt >= failures.lastLaunchedAt;
}

/** Whether launches fail again and again, rather than once by chance. */
export function isCrashLooping(failures: LaunchFailures | undefined): failures is LaunchFailures {
  return failures !== undefined && (failures.permanent || failures.count >= CRASH_LOOP_FROM);
}

/** A container of which so many launches have failed in a row is not worth another, where there is something else to do. */
const HOPELESS_FROM = 3;

/**
 * Whether to give up a container that has never been of use: what it needs is missing, its launches fail again and again,
 * or one was given all of its startup time in vain. An outage is not held against it for as long as it may take to start.
 */
export function isHopeless(failures: LaunchFailures | undefined, startupTimeoutMs: number): failures is LaunchFailures {
  if (!failures) return false;
  const { count, faults, lastAt, lastEnd, lastIsOutage, lastLaunchedAt, permanent, since } = failures;
  // An outage may come at the end of a pull that took as long, and says nothing of the container either.
  const hadItsTime = !lastIsOutage && lastEnd === 'never-healthy' && lastAt - lastLaunchedAt >= startupTimeoutMs;
  const outageLasts = count >= HOPELESS_FROM && lastAt - since >= startupTimeoutMs;
  return permanent || faults >= HOPELESS_FROM || hadItsTime || outageLasts;
}

/**
 * Before this no launch is tried again: 1 s after the first failure, then 2 s, 4 s, … 5 min; a minute at least after a
 * permanent one.
 */
export function nextLaunchAt(failures: LaunchFailures | undefined): number {
  if (!failures) return 0;
  const delayMs = launchDelayMs(failures.count);
  return failures.lastAt + (failures.permanent ? Math.max(PERMANENT_DELAY_MS, delayMs) : delayMs);
}

/** How long to wait before the next launch after so many launches in a row that died: nothing, 1 s, 2 s, … 5 min. */
export function launchDelayMs(consecutiveFailures: number): number {
  if (consecutiveFailures === 0) return 0;
  return Math.min(MAX_LAUNCH_DELAY_MS, FIRST_LAUNCH_DELAY_MS * 2 ** Math.min(consecutiveFailures - 1, 20));
}

/**
 * How many of the missing instances may be launched now: all while launches go well, after a failure one at a time until
 * one has proved itself. `unproved` counts the instances that have yet to.
 */
export function launchableNow(
  failures: LaunchFailures | undefined,
  { missing, unproved, now }: { readonly missing: number; readonly unproved: number; readonly now: number },
): number {
  if (!failures) return Math.max(0, missing);
  return unproved > 0 || now < nextLaunchAt(failures) ? 0 : Math.min(1, Math.max(0, missing));
}

const MAX_LAST_REASON_LENGTH = 400;

/** An endpoint's FailureReason as it should be: a line for each variant in a crash loop, nothing for one that is not. */
export function withCrashLoop(
  failureReason: string | undefined,
  variantName: string,
  failures: LaunchFailures | undefined,
): string | undefined {
  const begin = `The production variant ${variantName} is in a crash loop: `;
  const others = (failureReason ?? '').split('\n').filter((line) => line !== '' && !line.startsWith(begin));
  const lines = isCrashLooping(failures) ? [...others, begin + describeFailures(failures)] : others;
  return lines.join('\n').slice(0, MAX_FAILURE_REASON_LENGTH) || undefined;
}

/** `4 launches in a row have failed since …, the last with: …`, and when the next is tried. */
export function describeFailures(failures: LaunchFailures): string {
  const { count, since, lastReason } = failures;
  const line = withoutOutput(lastReason).replaceAll(/\s+/g, ' ').trim();
  const reason = line.slice(0, MAX_LAST_REASON_LENGTH).replace(/[.:]$/, '');
  const times = count === 1 ? 'the last launch failed' : `${count} launches in a row have failed`;
  return (
    `${times} since ${moment(since)}, the last with: ${reason}. ` +
    `One instance is tried again from ${moment(nextLaunchAt(failures))} on.`
  );
}
