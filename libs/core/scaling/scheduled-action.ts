import { scalableTargetKey } from './scalable-target.js';

/** A change of a scalable target's bounds at set times (`PutScheduledAction`). */
export interface ScheduledAction {
  /** A UUID, part of the action's ARN. */
  readonly id: string;
  readonly name: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly schedule: Schedule;
  /** The schedule, as the user wrote it. */
  readonly expression: string;
  /** An IANA time zone; absent means UTC. */
  readonly timezone?: string;
  readonly startAt?: number;
  readonly endAt?: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  readonly createdAt: number;
  /**
   * The time up to which its due times have been handled: carried out, or skipped because scheduled scaling was
   * suspended.
   */
  readonly doneUntil: number;
}

/** The schedule of an action. `at` and `cron` are read in the action's time zone. */
export type Schedule =
  /** A local time as it was written, such as `2026-12-24T18:00:00`. */
  | { readonly kind: 'at'; readonly localTime: string }
  | { readonly kind: 'rate'; readonly everyMs: number }
  /** AWS's six fields: minutes, hours, day of month, month, day of week, year. */
  | { readonly kind: 'cron'; readonly fields: string };

/** Returns a scheduled action's key in the catalog. */
export function scheduledActionKey(endpointName: string, variantName: string, name: string): string {
  return `${scheduledActionPrefix(endpointName, variantName)}${name}`;
}

/** Returns the beginning of the keys of all scheduled actions of a scalable target. */
export function scheduledActionPrefix(endpointName: string, variantName: string): string {
  return `${scalableTargetKey(endpointName, variantName)}/action/`;
}
