import type { Schedule } from '../scaling/scheduled-action.js';

/** What the clocks on the walls show, anywhere: time zones change by decree, so they are data of the world. */
export abstract class Calendar {
  abstract isTimezone(name: string): boolean;

  /** Why a schedule can never be kept, in a few words; absent when it can be. */
  abstract flaw(schedule: Schedule, timezone?: string): string | undefined;

  /** The first time later than `after` that the schedule names; absent when there is none. `rate` counts from `origin`. */
  abstract next(schedule: Schedule, after: number, origin: number, timezone?: string): number | undefined;
}
