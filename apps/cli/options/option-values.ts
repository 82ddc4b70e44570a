import { InvalidArgumentError } from 'commander';

/** Reads a whole number of an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
    if (value >= min && value <= max) return value;
    throw new InvalidArgumentError(`It must be a whole number from ${min} to ${max}.`);
  };
}

const UNITS_IN_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3_600, d: 86_400 };

/** Reads a span of time: `90`, `90s`, `5m`, `2h`, `1d`. In seconds. */
export function seconds(text: string): number {
  const [, digits, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)([smhd]?)$/.exec(text) ?? [];
  if (digits !== undefined) return Number(digits) * UNITS_IN_SECONDS[unit]!;
  throw new InvalidArgumentError('It must be a span of time such as 90s, 5m, 2h or 1d.');
}

/** Reads a time, or how long ago it was: `2026-01-31T12:00:00Z`, `10m`. In ISO 8601. */
export function time(text: string): string {
  if (/^\d{4}-\d\d-\d\d/.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text).toISOString();
  if (/^\d+(\.\d+)?[smhd]$/.test(text)) return new Date(Date.now() - seconds(text) * 1000).toISOString();
  throw new InvalidArgumentError('It must be a time such as 2026-01-31T12:00:00Z, or how long ago: 10m, 2h, 1d.');
}

/** Reads one `NAME=VALUE` of several. */
export function pair(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at > 0) return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
  throw new InvalidArgumentError('It must be NAME=VALUE.');
}

/** Reads one of several values. */
export function another(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
