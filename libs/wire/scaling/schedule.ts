import { EbbError } from '../../core/errors.js';
import type { Schedule } from '../../core/scaling/scheduled-action.js';

/**
 * Reads `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` and `cron(fields)`. Raises `InvalidRequest` for a malformed
 * expression. The calendar checks whether the time or the fields make sense.
 */
export function parseSchedule(expression: string): Schedule {
  const [, kind, inner] = /^(at|rate|cron)\((.*)\)$/s.exec(expression) ?? [];
  if (kind === undefined || inner === undefined) throw malformed('it must be at(), rate() or cron()', expression);
  switch (kind) {
    case 'at':
      return parseAt(inner, expression);
    case 'rate':
      return parseRate(inner, expression);
    default:
      return parseCron(inner, expression);
  }
}

const LOCAL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$/;

function parseAt(localTime: string, expression: string): Schedule {
  if (LOCAL_TIME.test(localTime)) return { kind: 'at', localTime };
  throw new EbbError(
    'InvalidRequest',
    `Invalid schedule at DateTime expression ${expression}: the time must have the form yyyy-MM-ddTHH:mm:ss, ` +
      'without an offset; use Timezone for the offset',
  );
}

const UNIT_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

function parseRate(rate: string, expression: string): Schedule {
  const [, value, unit] = /^(\d+)\s?(minute|hour|day)s?$/.exec(rate.trim()) ?? [];
  if (value === undefined || unit === undefined) {
    throw malformed('a rate must be a whole number and minute(s), hour(s) or day(s)', expression);
  }
  const everyMs = Number(value) * UNIT_MS[unit]!;
  if (everyMs > 0 && Number.isSafeInteger(everyMs)) return { kind: 'rate', everyMs };
  const flaw = everyMs > 0 ? 'it is too long' : 'it must be at least one minute';
  throw new EbbError('InvalidRequest', `Invalid schedule frequency ${expression}: ${flaw}`);
}

/** Like AWS, which does not document it, Ebb accepts fields without the year. */
function parseCron(cron: string, expression: string): Schedule {
  const fields = cron.trim().split(/\s+/);
  if (fields.length === 5) fields.push('*');
  if (fields.length === 6) return { kind: 'cron', fields: fields.join(' ') };
  const names = 'minutes, hours, day of month, month, day of week, year';
  throw new EbbError('InvalidRequest', `Invalid CRON expression ${expression}: its fields must be ${names}`);
}

function malformed(flaw: string, expression: string): EbbError {
  return new EbbError(
    'InvalidRequest',
    `Invalid schedule expression ${expression}: ${flaw}. Schedule expressions must have the following syntax: ` +
      "rate(<number>\\s?(minutes?|hours?|days?)), cron(<cron_expression>) or at(yyyy-MM-dd'T'HH:mm:ss)",
  );
}
