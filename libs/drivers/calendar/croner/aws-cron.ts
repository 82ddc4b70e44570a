/** One of the six fields of AWS's cron expressions. */
interface Field {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** Names that may be written in place of the numbers, in the order of the numbers. */
  readonly names?: readonly string[];
}

const FIELDS: readonly Field[] = [
  { name: 'minutes', min: 0, max: 59 },
  { name: 'hours', min: 0, max: 23 },
  { name: 'day of month', min: 1, max: 31 },
  {
    name: 'month',
    min: 1,
    max: 12,
    names: ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'],
  },
  { name: 'day of week', min: 1, max: 7, names: ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'] },
  { name: 'year', min: 1970, max: 2199 },
];
const DAY_OF_MONTH = 2;
const DAY_OF_WEEK = 4;
const YEAR = 5;

/**
 * Translates AWS's six cron fields into the seven of `croner`, with Sunday as day 1. Seconds are added, names become
 * numbers, and ranges that wrap past the end of a field are spelled out. Returns the flaw, in a few words, of an
 * expression that AWS refuses.
 */
export function translateAwsCron(expression: string): { readonly pattern: string } | { readonly flaw: string } {
  const fields = expression.trim().toUpperCase().split(/\s+/);
  if (fields.length !== FIELDS.length) {
    return {
      flaw: `it has ${fields.length} fields instead of 6: minutes, hours, day of month, month, day of week, year`,
    };
  }
  const isOpen = (index: number): boolean => fields[index] === '?';
  if (isOpen(DAY_OF_MONTH) === isOpen(DAY_OF_WEEK)) {
    return { flaw: 'exactly one of day of month and day of week must be ?' };
  }
  const translated: string[] = [];
  for (const [index, field] of FIELDS.entries()) {
    for (const part of fields[index]!.split(',')) {
      const result = translatePart(part, index);
      if (result === undefined) return { flaw: `'${part}' does not fit the field ${field.name}, ${valuesOf(field)}` };
      translated[index] = translated[index] === undefined ? result : `${translated[index]},${result}`;
    }
  }
  return { pattern: `0 ${translated.join(' ')}` };
}

function valuesOf({ min, max, names }: Field): string {
  return `which takes ${min}-${max}${names ? ` or ${names[0]}-${names.at(-1)}` : ''}`;
}

/** Translates one item of a field's list; undefined if the item is not valid there. */
function translatePart(part: string, index: number): string | undefined {
  const field = FIELDS[index]!;
  if (part === '*') return part;
  if (part === '?') return index === DAY_OF_MONTH || index === DAY_OF_WEEK ? '*' : undefined;
  if (index === DAY_OF_MONTH && /^(?:L|LW|(?:[1-9]|[12]\d|3[01])W)$/.test(part)) return part;
  if (index === DAY_OF_WEEK) {
    // The last day of the week.
    if (part === 'L') return String(field.max);
    const [, day, suffix] = /^(\w+?)(L|#[1-5])$/.exec(part) ?? [];
    const number = day === undefined ? undefined : numberOf(day, field);
    if (number !== undefined) return `${number}${suffix}`;
  }
  return translateRange(part, field, index === YEAR);
}

/** Translates `a`, `a-b` and `*`, each with or without a step. */
function translateRange(part: string, field: Field, isYear: boolean): string | undefined {
  const [, from, to, step] = /^(\*|\w+?)(?:-(\w+))?(?:\/(\d+))?$/.exec(part) ?? [];
  if (from === undefined || (step !== undefined && Number(step) === 0)) return undefined;
  const stepped = step === undefined ? '' : `/${step}`;
  // In croner, `*` for years begins at year 0.
  if (from === '*')
    return to !== undefined ? undefined : isYear ? `${field.min}-${field.max}${stepped}` : `*${stepped}`;
  const first = numberOf(from, field);
  if (first === undefined) return undefined;
  if (to === undefined) return `${first}${stepped}`;
  const last = numberOf(to, field);
  if (last === undefined) return undefined;
  if (first <= last) return `${first}-${last}${stepped}`;
  return isYear ? undefined : pastTheEnd(first, last, Number(step ?? 1), field);
}

/** Spells out a range that wraps, such as `FRI-MON` or `22-2`: to the end of the field, then on from its beginning. */
function pastTheEnd(first: number, last: number, step: number, { min, max }: Field): string {
  const size = max - min + 1;
  const values: number[] = [];
  for (let value = first; value <= last + size; value += step) values.push(((value - min) % size) + min);
  return values.join(',');
}

function numberOf(text: string, { min, max, names }: Field): number | undefined {
  const named = names?.indexOf(text) ?? -1;
  const number = named === -1 ? (/^\d+$/.test(text) ? Number(text) : NaN) : named + min;
  return number >= min && number <= max ? number : undefined;
}
