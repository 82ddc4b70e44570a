import type { StatisticSet } from '../../core/metric/metric.js';

/** A statistic set of the second that begins at `at`. */
export interface TimedSet extends StatisticSet {
  readonly at: number;
}

/** The columns of a row. */
const AT = 0;
const COUNT = 1;
const SUM = 2;
const MINIMUM = 3;
const MAXIMUM = 4;
const WIDTH = 5;

const FIRST_CAPACITY = 8;
const NO_ROWS = new Float64Array(0);

/**
 * The values of one metric in one unit, second by second: an ordered statistic set for each second with a value. The
 * sets are rows of numbers in one array, because a busy metric gets 25,000 values a second and there are thousands of
 * metrics. A value then costs no allocation, and half an hour of seconds costs no more memory than its numbers.
 */
export class SecondSeries {
  private rows = NO_ROWS;
  /** The first row in use, and the first after the last. */
  private begin = 0;
  private end = 0;

  get isEmpty(): boolean {
    return this.begin === this.end;
  }

  /** The start of the last second that has a value. */
  get lastAt(): number {
    return this.isEmpty ? -Infinity : this.atOf(this.end - 1);
  }

  /** Adds one value within the second that begins at `at`. */
  add(at: number, value: number): void {
    // The value is not merged as a set of one, because that would cost an allocation.
    const row = this.rowAt(at);
    const { rows } = this;
    rows[row + COUNT]! += 1;
    rows[row + SUM]! += value;
    rows[row + MINIMUM] = Math.min(rows[row + MINIMUM]!, value);
    rows[row + MAXIMUM] = Math.max(rows[row + MAXIMUM]!, value);
  }

  /** Merges a statistic set into the second that begins at `at`. */
  merge(at: number, set: StatisticSet): void {
    const row = this.rowAt(at);
    const { rows } = this;
    rows[row + COUNT]! += set.count;
    rows[row + SUM]! += set.sum;
    rows[row + MINIMUM] = Math.min(rows[row + MINIMUM]!, set.minimum);
    rows[row + MAXIMUM] = Math.max(rows[row + MAXIMUM]!, set.maximum);
  }

  /** Returns the sets of the seconds that begin from `from` and before `to`. */
  read(from: number, to: number): TimedSet[] {
    const sets: TimedSet[] = [];
    for (let row = this.firstFrom(from); row < this.end && this.atOf(row) < to; row += 1) {
      sets.push(this.setOf(row));
    }
    return sets;
  }

  /** Folds the seconds that begin from `from` and before `to` into one set; undefined if there are none. */
  fold(from: number, to: number): StatisticSet | undefined {
    const first = this.firstFrom(from);
    if (first === this.end || this.atOf(first) >= to) return undefined;
    const folded = { count: 0, sum: 0, minimum: Infinity, maximum: -Infinity };
    for (let row = first; row < this.end && this.atOf(row) < to; row += 1) {
      const start = row * WIDTH;
      folded.count += this.rows[start + COUNT]!;
      folded.sum += this.rows[start + SUM]!;
      folded.minimum = Math.min(folded.minimum, this.rows[start + MINIMUM]!);
      folded.maximum = Math.max(folded.maximum, this.rows[start + MAXIMUM]!);
    }
    return folded;
  }

  /** Forgets the seconds before `at`. An empty series holds no memory. */
  dropBefore(at: number): void {
    this.begin = this.firstFrom(at);
    if (!this.isEmpty) return;
    this.rows = NO_ROWS;
    this.begin = 0;
    this.end = 0;
  }

  /**
   * Returns the index of a second's row, and inserts an empty row if there is none. Nearly always it is the last row.
   */
  private rowAt(at: number): number {
    let row = this.end;
    if (!this.isEmpty && at <= this.atOf(row - 1)) {
      row = this.firstFrom(at);
      if (this.atOf(row) === at) return row * WIDTH;
    }
    return this.insert(row, at);
  }

  private insert(before: number, at: number): number {
    const shift = before - this.begin;
    if (this.end * WIDTH === this.rows.length) this.makeRoom();
    const row = this.begin + shift;
    this.rows.copyWithin((row + 1) * WIDTH, row * WIDTH, this.end * WIDTH);
    this.end += 1;
    this.rows.set([at, 0, 0, Infinity, -Infinity], row * WIDTH);
    return row * WIDTH;
  }

  /** Moves the rows to the front. If they fill more than half of the array, the new array is twice as large. */
  private makeRoom(): void {
    const used = this.rows.subarray(this.begin * WIDTH, this.end * WIDTH);
    const capacity = Math.max(FIRST_CAPACITY * WIDTH, this.rows.length);
    const grown = new Float64Array(used.length > capacity / 2 ? capacity * 2 : capacity);
    grown.set(used);
    this.rows = grown;
    this.end -= this.begin;
    this.begin = 0;
  }

  /** Returns the first row whose second is not before `at`. */
  private firstFrom(at: number): number {
    let low = this.begin;
    let high = this.end;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.atOf(middle) < at) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private setOf(row: number): TimedSet {
    const { rows } = this;
    const start = row * WIDTH;
    return {
      at: rows[start + AT]!,
      count: rows[start + COUNT]!,
      sum: rows[start + SUM]!,
      minimum: rows[start + MINIMUM]!,
      maximum: rows[start + MAXIMUM]!,
    };
  }

  private atOf(row: number): number {
    return this.rows[row * WIDTH + AT]!;
  }
}
