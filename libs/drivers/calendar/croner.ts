import { Cron } from 'croner';
import { Calendar } from '../../core/ports/calendar.js';
import type { Schedule } from '../../core/scaling/scheduled-action.js';
import { translateAwsCron } from './aws-cron.js';

/** How many schedules are kept ready; a schedule that is not takes some microseconds to read again. */
const MAX_READY = 1_000;
const UTC = 'UTC';

type Reading = { readonly times: Cron } | { readonly flaw: string };

/**
 * Cron expressions by `croner`, time zones by the platform's own table. A single time of day that a change of the clocks
 * leaves out is taken at the change, and one that comes twice the first time; what recurs within the hours goes by every
 * hour that there is.
 */
export class CronerCalendar extends Calendar {
  private readonly ready = new Map<string, Reading>();

  override isTimezone(name: string): boolean {
    // The platform takes offsets such as +05:00 too, which are no zones.
    if (!/^[A-Za-z]/.test(name)) return false;
    try {
      return Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
    } catch {
      return false;
    }
  }

  override flaw(schedule: Schedule, timezone = UTC): string | undefined {
    if (schedule.kind === 'rate') return schedule.everyMs > 0 ? undefined : 'it does not advance';
    const reading = this.read(schedule, timezone);
    if ('flaw' in reading) return reading.flaw;
    return reading.times.nextRun(new Date(0)) ? undefined : 'it names a date that does not exist';
  }

  override next(schedule: Schedule, after: number, origin: number, timezone = UTC): number | undefined {
    if (schedule.kind === 'rate') {
      const passed = Math.floor((after - origin) / schedule.everyMs);
      return origin + Math.max(1, passed + 1) * schedule.everyMs;
    }
    const reading = this.read(schedule, timezone);
    return 'flaw' in reading ? undefined : reading.times.nextRun(new Date(after))?.getTime();
  }

  private read(schedule: Exclude<Schedule, { kind: 'rate' }>, timezone: string): Reading {
    const key = `${timezone} ${schedule.kind === 'at' ? schedule.localTime : schedule.fields}`;
    const known = this.ready.get(key);
    if (known) return known;
    const reading = readSchedule(schedule, timezone);
    if (this.ready.size >= MAX_READY) this.ready.clear();
    this.ready.set(key, reading);
    return reading;
  }
}

function readSchedule(schedule: Exclude<Schedule, { kind: 'rate' }>, timezone: string): Reading {
  const translated = schedule.kind === 'at' ? patternOf(schedule.localTime) : translateAwsCron(schedule.fields);
  if ('flaw' in translated) return translated;
  try {
    const times = new Cron(translated.pattern, {
      timezone,
      mode: '7-part',
      alternativeWeekdays: true,
      sloppyRanges: true,
    });
    return { times };
  } catch (error) {
    return { flaw: (error as Error).message.replace(/^CronPattern: /, '') };
  }
}

const LOCAL_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/;

/** A single time is a schedule with one value in each field: croner's own reading of dates goes by the host's zone. */
function patternOf(localTime: string): { readonly pattern: string } | { readonly flaw: string } {
  const [, year, month, day, hours, minutes, seconds] = LOCAL_TIME.exec(localTime) ?? [];
  if (year === undefined) return { flaw: `'${localTime}' is not written as yyyy-mm-ddThh:mm:ss` };
  return { pattern: `${seconds} ${minutes} ${hours} ${day} ${month} * ${year}` };
}
