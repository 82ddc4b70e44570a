import { Cron } from 'croner';
import { Calendar } from '../../core/ports/calendar.js';
import type { Schedule } from '../../core/scaling/scheduled-action.js';
import { translateAwsCron } from './croner/aws-cron.js';

/** The most parsed schedules kept in memory. Parsing one again takes a few microseconds. */
const MAX_READY = 1_000;
const UTC = 'UTC';

type Reading = { readonly times: Cron } | { readonly flaw: string };

/**
 * A calendar that reads cron expressions with `croner` and takes time zones from the platform. Where clocks go forward,
 * a time of day that is skipped falls on the moment of the change. Where clocks go back, a time of day that occurs
 * twice counts the first time only. A schedule that recurs within the hours runs in every hour that passes.
 */
export class CronerCalendar extends Calendar {
  private readonly ready = new Map<string, Reading>();

  override isTimezone(name: string): boolean {
    // The platform also accepts offsets such as +05:00, which are not time zones.
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

/**
 * Writes a single time as a cron pattern with one value in each field, because croner reads dates in the host's own
 * time zone.
 */
function patternOf(localTime: string): { readonly pattern: string } | { readonly flaw: string } {
  const [, year, month, day, hours, minutes, seconds] = LOCAL_TIME.exec(localTime) ?? [];
  if (year === undefined) return { flaw: `'${localTime}' is not written as yyyy-mm-ddThh:mm:ss` };
  return { pattern: `${seconds} ${minutes} ${hours} ${day} ${month} * ${year}` };
}
