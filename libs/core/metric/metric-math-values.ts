import type { Operator } from './metric-math-syntax.js';

/** One value for each period; a period without data has none. */
export type Series = readonly (number | undefined)[];

/** The value of an expression: one number, one time series, or several. */
export type MathValue =
  | { readonly kind: 'scalar'; readonly value: number | undefined }
  | { readonly kind: 'series'; readonly values: Series }
  | { readonly kind: 'list'; readonly members: readonly Series[] };

/** Wraps a number as a value. */
export const scalar = (value: number | undefined): MathValue => ({ kind: 'scalar', value });
/** Wraps a time series as a value. */
export const series = (values: Series): MathValue => ({ kind: 'series', values });

/**
 * Applies a computation to every number of a value. A missing number stays missing, and a result that is not finite
 * counts as missing.
 */
export function mapNumbers(value: MathValue, compute: (number: number) => number): MathValue {
  const each = (number: number | undefined): number | undefined =>
    number === undefined ? undefined : finite(compute(number));
  if (value.kind === 'scalar') return scalar(each(value.value));
  if (value.kind === 'series') return series(value.values.map(each));
  return { kind: 'list', members: value.members.map((member) => member.map(each)) };
}

/**
 * Combines two values period by period. A number applies to every period of a series, and a number or a series to every
 * member of a list. Returns nothing for two lists, because their members do not pair up.
 */
export function combine(
  left: MathValue,
  right: MathValue,
  compute: (left: number, right: number) => number,
): MathValue | undefined {
  const each = (a: number | undefined, b: number | undefined): number | undefined =>
    a === undefined || b === undefined ? undefined : finite(compute(a, b));
  if (left.kind === 'list') {
    if (right.kind === 'list') return undefined;
    return { kind: 'list', members: left.members.map((member) => member.map((a, at) => each(a, numberAt(right, at)))) };
  }
  if (right.kind === 'list') {
    return { kind: 'list', members: right.members.map((member) => member.map((b, at) => each(numberAt(left, at), b))) };
  }
  if (left.kind === 'series') return series(left.values.map((a, at) => each(a, numberAt(right, at))));
  if (right.kind === 'series') return series(right.values.map((b) => each(left.value, b)));
  return scalar(each(left.value, right.value));
}

/** The computation of each operator; comparisons and logic yield 1 or 0. */
export const OPERATIONS: Readonly<Record<Operator, (left: number, right: number) => number>> = {
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '^': (left, right) => left ** right,
  '==': (left, right) => Number(left === right),
  '!=': (left, right) => Number(left !== right),
  '<': (left, right) => Number(left < right),
  '<=': (left, right) => Number(left <= right),
  '>': (left, right) => Number(left > right),
  '>=': (left, right) => Number(left >= right),
  AND: (left, right) => Number(left !== 0 && right !== 0),
  OR: (left, right) => Number(left !== 0 || right !== 0),
};

/**
 * Folds several time series into one, period by period, or one time series into a single number. Missing values are
 * left out.
 */
export function fold(value: MathValue, compute: (numbers: readonly number[]) => number): MathValue {
  const each = (numbers: Series): number | undefined => {
    const present = numbers.filter((number) => number !== undefined);
    return present.length === 0 ? undefined : finite(compute(present));
  };
  if (value.kind === 'scalar') return value;
  if (value.kind === 'series') return scalar(each(value.values));
  const [first = []] = value.members;
  return series(first.map((_, at) => each(value.members.map((member) => member[at]))));
}

/** The way `FILL` replaces missing values: by a number, by the value before, or along a line between the neighbours. */
export type Filler = number | undefined | 'REPEAT' | 'LINEAR';

/** Replaces the missing values of a time series. */
export function fill(values: Series, filler: Filler): Series {
  if (filler === 'LINEAR') return interpolated(values);
  let last: number | undefined;
  return values.map((value) => {
    if (value !== undefined) last = value;
    return value ?? (filler === 'REPEAT' ? last : filler);
  });
}

function interpolated(values: Series): Series {
  const filled = [...values];
  let before = -1;
  for (const [at, value] of values.entries()) {
    if (value === undefined) continue;
    const from = values[before];
    if (from !== undefined) {
      for (let gap = before + 1; gap < at; gap += 1) {
        filled[gap] = from + ((value - from) * (gap - before)) / (at - before);
      }
    }
    before = at;
  }
  return filled;
}

/** Returns the number of one period; a single number is the same in every period. */
export function numberAt(value: Exclude<MathValue, { kind: 'list' }>, at: number): number | undefined {
  return value.kind === 'scalar' ? value.value : value.values[at];
}

function finite(value: number): number | undefined {
  return Number.isFinite(value) ? value : undefined;
}
