import type { Schedule } from '../scaling/scheduled-action.js';

/** The calendar of every time zone. Time zones change by decree, so they are data of the world. */
export abstract class Calendar {
  abstract isTimezone(name: string): boolean;

  /** Returns in a few words why a schedule can never come due; absent if it can. */
  abstract flaw(schedule: Schedule, timezone?: string): string | undefined;

  /**
   * Returns the first time later than `after` that the schedule names; absent if there is none. `rate` counts from
   * `origin`.
   */
  abstract next(schedule: Schedule, after: number, origin: number, timezone?: string): number | undefined;
}
