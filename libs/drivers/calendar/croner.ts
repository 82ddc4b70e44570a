import { Cron } from 'croner';
import { Calendar } from '../../core/ports/calendar.js';
import type { Schedule } from '../../core/scheduled-action.js';

/** Cron expressions by `croner`, time zones by the platform's own table. */
export class CronerCalendar extends Calendar {
  override isTimezone(name: string): boolean {
    void name;
    return true;
  }

  override flaw(schedule: Schedule, timezone?: string): string | undefined {
    void schedule;
    void timezone;
    return undefined;
  }

  override next(schedule: Schedule, after: number, origin: number, timezone = 'UTC'): number | undefined {
    void origin;
    if (schedule.kind !== 'cron') return undefined;
    return new Cron(`0 ${schedule.fields}`, { timezone, mode: '7-part' }).nextRun(new Date(after))?.getTime();
  }
}
