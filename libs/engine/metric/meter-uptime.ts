import type { MetricId } from '../../core/metric/metric.js';
import { EBB_NAMESPACE } from '../../core/metric/endpoint-metrics.js';

/** One for each second in which Ebb measured: where it is missing, nothing is known of what was not written down. */
export const UP_METRIC: MetricId = { namespace: EBB_NAMESPACE, name: 'Up', dimensions: {} };

/** When this process measured: from its start on, but for the times in which it was held up or asleep. */
export class Uptime {
  private readonly over: { readonly from: number; readonly until: number }[] = [];
  private from = Infinity;

  /** The second from which on it has measured without a gap. */
  get since(): number {
    return this.from;
  }

  /** It measures from `at` on. */
  begin(at: number): void {
    this.from = at;
  }

  /** Nothing was measured between `until` and `from`. */
  interrupt(until: number, from: number): void {
    if (until > this.from) this.over.push({ from: this.from, until });
    this.from = from;
  }

  /** How many seconds it measured from `from` and before `to`, none after `to` being over yet. */
  secondsWithin(from: number, to: number): number {
    let ms = Math.max(0, to - Math.max(from, this.from));
    for (const span of this.over) ms += Math.max(0, Math.min(to, span.until) - Math.max(from, span.from));
    return Math.ceil(ms / 1000);
  }

  /** Forgets what was before `at`. */
  forget(at: number): void {
    while (this.over[0] && this.over[0].until < at) this.over.shift();
  }
}
