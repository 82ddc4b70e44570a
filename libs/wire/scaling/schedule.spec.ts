import { describe, expect, it } from 'vitest';
import type { Schedule } from '../../core/scaling/scheduled-action.js';
import { parseSchedule } from './schedule.js';

describe('a schedule expression', () => {
  it.each<readonly [string, Schedule]>([
    ['at(2026-12-24T18:00:00)', { kind: 'at', localTime: '2026-12-24T18:00:00' }],
    ['rate(1 minute)', { kind: 'rate', everyMs: 60_000 }],
    ['rate(1 minutes)', { kind: 'rate', everyMs: 60_000 }],
    ['rate(90 minute)', { kind: 'rate', everyMs: 5_400_000 }],
    ['rate(2hours)', { kind: 'rate', everyMs: 7_200_000 }],
    ['rate(7 days)', { kind: 'rate', everyMs: 604_800_000 }],
    ['cron(0 9 ? * MON-FRI *)', { kind: 'cron', fields: '0 9 ? * MON-FRI *' }],
    ['cron(  0  9 1 * ?   2030 )', { kind: 'cron', fields: '0 9 1 * ? 2030' }],
    ['cron(0 9 1 * ?)', { kind: 'cron', fields: '0 9 1 * ? *' }],
  ])('is read: %s', (expression, schedule) => {
    expect(parseSchedule(expression)).toEqual(schedule);
  });

  it.each([
    ['0 9 1 * ? *', 'Invalid schedule expression 0 9 1 * ? *: it must be at(), rate() or cron()'],
    ['every(1 day)', 'it must be at(), rate() or cron()'],
    ['rate(1 minute', 'it must be at(), rate() or cron()'],
    ['at(2026-12-24)', 'Invalid schedule at DateTime expression at(2026-12-24): the time must have the form'],
    ['at(2026-12-24T18:00:00Z)', 'without an offset; use Timezone for the offset'],
    ['rate(5 weeks)', 'a rate must be a whole number and minute(s), hour(s) or day(s)'],
    ['rate(-5 minutes)', 'a rate must be a whole number and minute(s), hour(s) or day(s)'],
    ['rate(0 minutes)', 'Invalid schedule frequency rate(0 minutes): it must be at least one minute'],
    ['rate(999999999999 days)', 'it is too long'],
    ['cron()', 'Invalid CRON expression cron(): its fields must be minutes, hours'],
    ['cron(0 0 9 1 * ? *)', 'its fields must be minutes, hours, day of month, month, day of week, year'],
  ])('is refused: %s', (expression, message) => {
    expect(() => parseSchedule(expression)).toThrow(
      expect.objectContaining({ code: 'InvalidRequest', message: expect.stringContaining(message) as string }),
    );
  });
});
