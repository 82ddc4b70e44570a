import { moment } from '../in-words.js';
import { type InstanceEnd, MAX_FAILURE_REASON_LENGTH, withoutOutput } from './instance-end.js';

/** The launches of one variant that failed since an instance last proved itself. */
export interface LaunchFailures {
  /** Failed launches in a row; launches that were under way together count once. */
  readonly count: number;
  /** How many of them were not caused by an outage. */
  readonly faults: number;
  readonly since: number;
  readonly lastAt: number;
  /** In words for users, with the last lines of the container's output if it had any. */
  readonly lastReason: string;
  readonly lastEnd: InstanceEnd;
  readonly lastIsOutage?: boolean;
  /**
   * Whether another attempt helps only after a person has mended the cause: a missing image, or missing model files.
   */
  readonly permanent: boolean;
  /** When the youngest of them was launched. The success of an older instance does not disprove them. */
  readonly lastLaunchedAt: number;
}

/** One failed launch: when it began and ended, and why. */
export interface LaunchFailure {
  readonly launchedAt: number;
  readonly at: number;
  readonly reason: string;
  readonly end: InstanceEnd;
  readonly permanent: boolean;
  /** Whether a service that starting a container needs (the engine, a registry, storage, the disk) did not answer. */
  readonly isOutage?: boolean;
}

/** The failures in a row that make a crash loop; a single failure may be chance. */
const CRASH_LOOP_FROM = 2;

const FIRST_LAUNCH_DELAY_MS = 1_000;
const MAX_LAUNCH_DELAY_MS = 300_000;

/** The shortest wait after a permanent failure, because a missing image or model does not come back within seconds. */
const PERMANENT_DELAY_MS = 60_000;

/** Returns the failures of a variant with one more. */
export function withFailure(failures: LaunchFailures | undefined, failure: LaunchFailure): LaunchFailures {
  const { launchedAt, at, reason, end, permanent, isOutage = false } = failure;
  const last = { lastAt: at, lastReason: reason, lastEnd: end, lastIsOutage: isOutage, permanent };
  if (!failures) return { count: 1, faults: isOutage ? 0 : 1, since: at, ...last, lastLaunchedAt: launchedAt };
  // A launch that was under way when another failed says nothing about the time after that failure.
  const more = launchedAt > failures.lastAt ? 1 : 0;
  return {
    count: failures.count + more,
    faults: failures.faults + (isOutage ? 0 : more),
    since: failures.since,
    ...last,
    lastLaunchedAt: Math.max(launchedAt, failures.lastLaunchedAt),
  };
}

/** Returns whether the failures are over once an instance that was launched at `launchedAt` has proved itself. */
export function isOvercome(failures: LaunchFailures, launchedAt: number): boolean {
  return launchedAt >= failures.lastLaunchedAt;
}

/** Returns whether launches fail again and again, rather than once by chance. */
export function isCrashLooping(failures: LaunchFailures | undefined): failures is LaunchFailures {
  return failures !== undefined && (failures.permanent || failures.count >= CRASH_LOOP_FROM);
}

/** The failed launches in a row after which a container is not worth another, if there is an alternative. */
const HOPELESS_FROM = 3;

/**
 * Returns whether to give up a container that has never been in service. It is given up if its image or model is
 * missing, if its launches fail again and again, or if one used all of its startup time in vain. An outage does not
 * count against it until it has lasted as long as a start may take.
 */
export function isHopeless(failures: LaunchFailures | undefined, startupTimeoutMs: number): failures is LaunchFailures {
  if (!failures) return false;
  const { count, faults, lastAt, lastEnd, lastIsOutage, lastLaunchedAt, permanent, since } = failures;
  // An outage may end a pull that took as long, and says nothing about the container either.
  const hadItsTime = !lastIsOutage && lastEnd === 'never-healthy' && lastAt - lastLaunchedAt >= startupTimeoutMs;
  const outageLasts = count >= HOPELESS_FROM && lastAt - since >= startupTimeoutMs;
  return permanent || faults >= HOPELESS_FROM || hadItsTime || outageLasts;
}

/**
 * Returns when the next launch may be tried: 1 s after the first failure, then 2 s, 4 s, … 5 min; at least a minute
 * after a permanent failure.
 */
export function nextLaunchAt(failures: LaunchFailures | undefined): number {
  if (!failures) return 0;
  const delayMs = launchDelayMs(failures.count);
  return failures.lastAt + (failures.permanent ? Math.max(PERMANENT_DELAY_MS, delayMs) : delayMs);
}

/** Returns the wait before the next launch after this many failed launches in a row: nothing, 1 s, 2 s, … 5 min. */
export function launchDelayMs(consecutiveFailures: number): number {
  if (consecutiveFailures === 0) return 0;
  return Math.min(MAX_LAUNCH_DELAY_MS, FIRST_LAUNCH_DELAY_MS * 2 ** Math.min(consecutiveFailures - 1, 20));
}

/**
 * Returns how many of the missing instances may be launched now: all while launches go well; after a failure one at a
 * time until one has proved itself. `unproved` counts the instances that have not proved themselves yet.
 */
export function launchableNow(
  failures: LaunchFailures | undefined,
  { missing, unproved, now }: { readonly missing: number; readonly unproved: number; readonly now: number },
): number {
  if (!failures) return Math.max(0, missing);
  return unproved > 0 || now < nextLaunchAt(failures) ? 0 : Math.min(1, Math.max(0, missing));
}

const MAX_LAST_REASON_LENGTH = 400;

/**
 * Returns an endpoint's FailureReason with one line for each variant in a crash loop, and none for a variant that is
 * not.
 */
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

/**
 * Describes failed launches, `4 launches in a row have failed since …, the last with: …`, and when the next is tried.
 */
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
