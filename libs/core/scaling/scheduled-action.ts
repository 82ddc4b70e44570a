import { scalableTargetKey } from './scalable-target.js';

/** A change of a scalable target's bounds at set times (`PutScheduledAction`). */
export interface ScheduledAction {
  /** A UUID, part of the action's ARN. */
  readonly id: string;
  readonly name: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly schedule: Schedule;
  /** The schedule as it was written. */
  readonly expression: string;
  /** An IANA time zone; UTC where absent. */
  readonly timezone?: string;
  readonly startAt?: number;
  readonly endAt?: number;
  readonly minCapacity?: number;
  readonly maxCapacity?: number;
  readonly createdAt: number;
  /** Up to when its times have been dealt with: carried out, or skipped because scheduled scaling was suspended. */
  readonly doneUntil: number;
}

/** `at` and `cron` are read in the action's time zone. */
export type Schedule =
  /** A local time as it was written, such as `2026-12-24T18:00:00`. */
  | { readonly kind: 'at'; readonly localTime: string }
  | { readonly kind: 'rate'; readonly everyMs: number }
  /** The six fields of AWS: minutes, hours, day of month, month, day of week, year. */
  | { readonly kind: 'cron'; readonly fields: string };

export function scheduledActionKey(endpointName: string, variantName: string, name: string): string {
  return `${scheduledActionPrefix(endpointName, variantName)}${name}`;
}

/** The key of every scheduled action of one scalable target begins with this. */
export function scheduledActionPrefix(endpointName: string, variantName: string): string {
  return `${scalableTargetKey(endpointName, variantName)}/action/`;
}
