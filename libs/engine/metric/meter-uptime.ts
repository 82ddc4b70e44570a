import type { MetricId } from '../../core/metric/metric.js';
import { EBB_NAMESPACE } from '../../core/metric/endpoint-metrics.js';

/**
 * The metric with one value for each second in which Ebb measured. In a second without it, an unwritten value is
 * unknown.
 */
export const UP_METRIC: MetricId = { namespace: EBB_NAMESPACE, name: 'Up', dimensions: {} };

/** Records when this process measured: from its start on, except while it was held up or asleep. */
export class Uptime {
  private readonly over: { readonly from: number; readonly until: number }[] = [];
  private from = Infinity;

  /** The second since which it has measured without a gap. */
  get since(): number {
    return this.from;
  }

  /** Notes that it measures from `at` on. */
  begin(at: number): void {
    this.from = at;
  }

  /** Notes that nothing was measured between `until` and `from`. */
  interrupt(until: number, from: number): void {
    if (until > this.from) this.over.push({ from: this.from, until });
    this.from = from;
  }

  /**
   * Returns the number of seconds in which it measured from `from` and before `to`; `to` must not lie in the future.
   */
  secondsWithin(from: number, to: number): number {
    let ms = Math.max(0, to - Math.max(from, this.from));
    for (const span of this.over) ms += Math.max(0, Math.min(to, span.until) - Math.max(from, span.from));
    return Math.ceil(ms / 1000);
  }

  /** Forgets the stretches before `at`. */
  forget(at: number): void {
    while (this.over[0] && this.over[0].until < at) this.over.shift();
  }
}
