import { describe, expect, it } from 'vitest';
import type { Calendar } from '../../libs/core/ports/calendar.js';
import type { Schedule } from '../../libs/core/scaling/scheduled-action.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const cron = (fields: string): Schedule => ({ kind: 'cron', fields });
const at = (localTime: string): Schedule => ({ kind: 'at', localTime });
const rate = (everyMs: number): Schedule => ({ kind: 'rate', everyMs });
const utc = (text: string): number => Date.parse(`${text}Z`);

/** Name, fields, after, then the times that follow. */
type Row = readonly [name: string, fields: string, after: string, times: readonly string[]];
type ZoneRow = readonly [...Row, timezone: string];

const FIELD_ROWS: readonly Row[] = [
  ['every quarter of an hour', '0/15 * * * ? *', '2026-01-01T00:50:00', ['2026-01-01T01:00:00', '2026-01-01T01:15:00']],
  [
    'every third minute of a range',
    '1-7/3 4 * * ? *',
    '2026-01-01T00:00:00',
    ['2026-01-01T04:01:00', '2026-01-01T04:04:00'],
  ],
  ['day 1 is a Sunday', '0 10 ? * 1 *', '2026-01-01T00:00:00', ['2026-01-04T10:00:00']],
  ['day 7 is a Saturday', '0 10 ? * 7 *', '2026-01-01T00:00:00', ['2026-01-03T10:00:00']],
  ['from day 2 to 6, Monday to Friday', '0 10 ? * 2-6 *', '2026-01-02T11:00:00', ['2026-01-05T10:00:00']],
  ['days by name', '0 10 ? * mon,Wed *', '2026-01-01T00:00:00', ['2026-01-05T10:00:00', '2026-01-07T10:00:00']],
  [
    'every second day of the week',
    '0 0 ? * 2/2 *',
    '2026-01-04T00:00:00',
    ['2026-01-05T00:00:00', '2026-01-07T00:00:00'],
  ],
  [
    'over the end of the week',
    '0 0 ? * SAT-SUN *',
    '2026-01-01T00:00:00',
    ['2026-01-03T00:00:00', '2026-01-04T00:00:00', '2026-01-10T00:00:00'],
  ],
  [
    'over midnight',
    '0 22-1 * * ? *',
    '2026-01-01T12:00:00',
    ['2026-01-01T22:00:00', '2026-01-01T23:00:00', '2026-01-02T00:00:00', '2026-01-02T01:00:00', '2026-01-02T22:00:00'],
  ],
  [
    'over the end of the year',
    '0 0 1 NOV-FEB/2 ? *',
    '2026-01-02T00:00:00',
    ['2026-11-01T00:00:00', '2027-01-01T00:00:00'],
  ],
  ['the second Tuesday', '0 10 ? * 3#2 *', '2026-01-01T00:00:00', ['2026-01-13T10:00:00', '2026-02-10T10:00:00']],
  ['a fifth Monday by name', '0 10 ? * MON#5 *', '2026-01-01T00:00:00', ['2026-03-30T10:00:00']],
  ['the last Friday', '0 10 ? * 6L *', '2026-01-01T00:00:00', ['2026-01-30T10:00:00', '2026-02-27T10:00:00']],
  ['the last day of the week', '0 10 ? * L *', '2026-01-01T00:00:00', ['2026-01-03T10:00:00']],
  ['the last day of the month', '0 0 L * ? *', '2026-02-01T00:00:00', ['2026-02-28T00:00:00', '2026-03-31T00:00:00']],
  [
    'the last weekday of the month',
    '0 0 LW * ? *',
    '2026-01-01T00:00:00',
    ['2026-01-30T00:00:00', '2026-02-27T00:00:00'],
  ],
  [
    'the weekday nearest to the 15th',
    '0 0 15W * ? *',
    '2026-02-01T00:00:00',
    ['2026-02-16T00:00:00', '2026-03-16T00:00:00', '2026-04-15T00:00:00'],
  ],
  [
    'every fifth day from the first',
    '0 0 1/10 * ? *',
    '2026-01-12T00:00:00',
    ['2026-01-21T00:00:00', '2026-01-31T00:00:00', '2026-02-01T00:00:00'],
  ],
  ['every quarter of a year', '0 0 1 1/3 ? *', '2026-01-01T00:00:00', ['2026-04-01T00:00:00', '2026-07-01T00:00:00']],
  ['one year only', '0 0 1 1 ? 2028', '2026-01-01T00:00:00', ['2028-01-01T00:00:00']],
  [
    'every third year counted from 1970',
    '0 0 1 1 ? */3',
    '2026-01-01T00:00:00',
    ['2027-01-01T00:00:00', '2030-01-01T00:00:00'],
  ],
  ['leap days', '0 0 29 2 ? *', '2025-01-01T00:00:00', ['2028-02-29T00:00:00', '2032-02-29T00:00:00']],
  ['the century without a leap day', '0 0 29 2 ? *', '2096-03-01T00:00:00', ['2104-02-29T00:00:00']],
];

const ZONE_ROWS: readonly ZoneRow[] = [
  ['an offset of three quarters', '0 9 * * ? *', '2026-01-01T00:00:00', ['2026-01-01T03:15:00'], 'Asia/Kathmandu'],
  ['summer and winter', '0 9 * * ? *', '2026-03-28T12:00:00', ['2026-03-29T07:00:00'], 'Europe/Berlin'],
  ['the day as it is there', '0 20 ? * SUN *', '2026-01-04T00:00:00', ['2026-01-05T01:00:00'], 'America/New_York'],
  [
    'a time that spring skips runs at the change',
    '30 2 * * ? *',
    '2026-03-07T12:00:00',
    ['2026-03-08T07:00:00', '2026-03-09T06:30:00'],
    'America/New_York',
  ],
  [
    'a time that comes twice in autumn runs once',
    '30 1 * * ? *',
    '2026-10-31T12:00:00',
    ['2026-11-01T05:30:00', '2026-11-02T06:30:00'],
    'America/New_York',
  ],
  [
    'each half hour skips the missing hour',
    '*/30 * * * ? *',
    '2026-03-08T06:30:00',
    ['2026-03-08T07:00:00', '2026-03-08T07:30:00'],
    'America/New_York',
  ],
  [
    'each half hour runs in both of the repeated hours',
    '*/30 * * * ? *',
    '2026-11-01T05:00:00',
    ['2026-11-01T05:30:00', '2026-11-01T06:00:00', '2026-11-01T06:30:00', '2026-11-01T07:00:00'],
    'America/New_York',
  ],
  [
    'an evening in the old year is already the new year elsewhere',
    '0 0 1 1 ? *',
    '2026-12-31T00:00:00',
    ['2026-12-31T10:00:00'],
    'Pacific/Kiritimati',
  ],
];

const FLAWS: readonly (readonly [fields: string, flaw: string])[] = [
  ['0 10 * * *', 'it has 5 fields'],
  ['0 0 10 * * ? *', 'it has 7 fields'],
  ['0 10 * * * *', 'exactly one of day of month and day of week must be ?'],
  ['0 10 1 * 2 *', 'exactly one of day of month and day of week must be ?'],
  ['0 10 ? * ? *', 'exactly one of day of month and day of week must be ?'],
  ['60 10 * * ? *', "'60' does not fit the field minutes"],
  ['0 24 * * ? *', "'24' does not fit the field hours"],
  ['0 10 0 * ? *', "'0' does not fit the field day of month"],
  ['0 10 1 13 ? *', "'13' does not fit the field month"],
  ['0 10 ? * 0 *', "'0' does not fit the field day of week"],
  ['0 10 ? * 8 *', "'8' does not fit the field day of week"],
  ['0 10 ? * MONDAY *', "'MONDAY' does not fit the field day of week"],
  ['0 10 ? * 2#6 *', "'2#6' does not fit the field day of week"],
  ['0 10 32W * ? *', "'32W' does not fit the field day of month"],
  ['0 10 * * ? 1969', "'1969' does not fit the field year"],
  ['0 10 * * ? 2030-2020', "'2030-2020' does not fit the field year"],
  ['0/0 10 * * ? *', "'0/0' does not fit the field minutes"],
  ['? 10 * * ? *', "'?' does not fit the field minutes"],
  ['1,,2 10 * * ? *', "'' does not fit the field minutes"],
  ['0 10 ? * +2 *', "'+2' does not fit the field day of week"],
  ['a b c d ? f', "'A' does not fit the field minutes"],
  ['0 10 31 4 ? *', 'it names a date that does not exist'],
  ['0 10 29 2 ? 2027', 'it names a date that does not exist'],
];

/** The contract of every calendar. */
export function calendarContract(open: () => Calendar): void {
  const calendar = open();
  /** Returns as many times as are expected, one after the other. */
  const timesOf = (schedule: Schedule, after: number, count: number, timezone?: string): (string | undefined)[] => {
    const times: (string | undefined)[] = [];
    for (let last: number | undefined = after; times.length < count && last !== undefined;) {
      last = calendar.next(schedule, last, 0, timezone);
      times.push(last === undefined ? undefined : new Date(last).toISOString().slice(0, 19));
    }
    return times;
  };

  describe('cron', () => {
    it.each(FIELD_ROWS)('%s: %s', (_, fields, after, times) => {
      expect(calendar.flaw(cron(fields))).toBeUndefined();
      expect(timesOf(cron(fields), utc(after), times.length)).toEqual(times);
    });

    it.each(ZONE_ROWS)('%s: %s', (_, fields, after, times, timezone) => {
      expect(calendar.flaw(cron(fields), timezone)).toBeUndefined();
      expect(timesOf(cron(fields), utc(after), times.length, timezone)).toEqual(times);
    });

    it.each(FLAWS)('reports the flaw of %s', (fields, flaw) => {
      expect(calendar.flaw(cron(fields))).toContain(flaw);
      expect(calendar.next(cron(fields), 0, 0)).toBeUndefined();
    });

    it('returns no time after its last year', () => {
      const schedule = cron('0 0 1 1 ? 2020');
      expect(calendar.flaw(schedule)).toBeUndefined();
      expect(calendar.next(schedule, utc('2020-01-01T00:00:00'), 0)).toBeUndefined();
    });

    it('returns only later times, to the millisecond', () => {
      const noon = utc('2026-01-01T12:00:00');
      const daily = cron('0 12 * * ? *');
      expect(calendar.next(daily, noon - 1, 0)).toBe(noon);
      expect(calendar.next(daily, noon, 0)).toBe(noon + 24 * HOUR_MS);
      expect(calendar.next(daily, noon + 1, 0)).toBe(noon + 24 * HOUR_MS);
    });
  });

  describe('at', () => {
    it.each<readonly [string, string, string | undefined, string]>([
      ['without a time zone', '2026-12-24T18:00:00', undefined, '2026-12-24T18:00:00'],
      ['elsewhere', '2026-12-24T18:00:30', 'America/Sao_Paulo', '2026-12-24T21:00:30'],
      ['in summer', '2026-07-01T18:00:00', 'Europe/London', '2026-07-01T17:00:00'],
      ['left out in spring', '2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:00:00'],
      ['twice in autumn', '2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00'],
    ])('%s', (_, localTime, timezone, time) => {
      expect(calendar.flaw(at(localTime), timezone)).toBeUndefined();
      expect(timesOf(at(localTime), utc('2026-01-01T00:00:00'), 2, timezone)).toEqual([time, undefined]);
    });

    it.each(['2026-02-30T00:00:00', '2026-13-01T00:00:00', '2026-01-01T24:00:00', '2026-01-01', 'tomorrow'])(
      'reports the flaw of %s',
      (localTime) => {
        expect(calendar.flaw(at(localTime))).toEqual(expect.any(String));
        expect(calendar.next(at(localTime), 0, 0)).toBeUndefined();
      },
    );
  });

  describe('rate', () => {
    it('counts from its origin', () => {
      const origin = utc('2026-01-01T00:00:10');
      const next = (after: number) => calendar.next(rate(5 * MINUTE_MS), after, origin);
      expect(next(origin - HOUR_MS)).toBe(origin + 5 * MINUTE_MS);
      expect(next(origin)).toBe(origin + 5 * MINUTE_MS);
      expect(next(origin + 5 * MINUTE_MS - 1)).toBe(origin + 5 * MINUTE_MS);
      expect(next(origin + 5 * MINUTE_MS)).toBe(origin + 10 * MINUTE_MS);
    });

    it('keeps its length when daylight saving time changes', () => {
      const origin = utc('2026-03-28T12:00:00');
      expect(calendar.next(rate(24 * HOUR_MS), origin, origin, 'Europe/Berlin')).toBe(origin + 24 * HOUR_MS);
    });
  });

  it.each([
    ['UTC', true],
    ['Europe/Berlin', true],
    ['Etc/GMT+9', true],
    ['Pacific/Tahiti', true],
    ['Mars/Olympus', false],
    ['+05:00', false],
    ['', false],
  ])('tells whether %j is a time zone', (name, isOne) => {
    expect(calendar.isTimezone(name)).toBe(isOne);
  });
}
