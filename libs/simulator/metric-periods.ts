import { type StatisticSet, mergeStatistics, statisticSetOf } from '../core/metric/metric.js';

/** The latest periods of one metric. */
export class MetricPeriods {
  /** Slot `i` holds a period whose number has the remainder `i`. */
  private readonly slots: ({ readonly period: number; readonly set: StatisticSet } | undefined)[];

  constructor(
    private readonly periodMs: number,
    count: number,
  ) {
    this.slots = Array.from({ length: count });
  }

  record(value: number, at: number): void {
    const period = Math.floor(at / this.periodMs);
    const slot = period % this.slots.length;
    const known = this.slots[slot];
    const set = statisticSetOf(value);
    this.slots[slot] = { period, set: known?.period === period ? mergeStatistics(known.set, set) : set };
  }

  /**
   * Returns `count` periods, the oldest first, of which the last ends at `end`. A period without a value is undefined.
   */
  read(count: number, end: number): (StatisticSet | undefined)[] {
    const last = Math.floor(end / this.periodMs) - 1;
    return Array.from({ length: count }, (_, i) => {
      const period = last - count + 1 + i;
      const known = period < 0 ? undefined : this.slots[period % this.slots.length];
      return known?.period === period ? known.set : undefined;
    });
  }
}
