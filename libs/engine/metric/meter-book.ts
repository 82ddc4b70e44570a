import { type Datapoint, type MetricId, type MetricUnit, metricKey } from '../../core/metric/metric.js';
import type { MetricRecord } from '../../core/ports/metrics.js';
import { SecondSeries } from './meter-series.js';

/** How long seconds are kept. The longest look back of an alarm at Ebb's own pace is 24 minutes. */
export const SECONDS_KEPT_MS = 30 * 60_000;
/** The most seconds that are kept over all metrics, about 80 MB. With many metrics, fewer seconds of each are kept. */
const MAX_SECONDS = 2_000_000;
const FEWEST_SECONDS_MS = 5 * 60_000;

interface Entry {
  readonly metric: MetricId;
  readonly units: Map<MetricUnit, SecondSeries>;
}

/** Holds the last seconds of every metric that had a value recently. */
export class MeterBook {
  private readonly entries = new Map<string, Entry>();

  /** Returns the series to write to. An empty series may be forgotten, so a writer asks again for it then. */
  series(metric: MetricId, unit: MetricUnit): SecondSeries {
    const key = metricKey(metric);
    const entry = this.entries.get(key) ?? this.begin(key, metric);
    const series = entry.units.get(unit) ?? new SecondSeries();
    entry.units.set(unit, series);
    return series;
  }

  /** Returns the seconds of a metric from `from` and before `to`, by unit. */
  read(metric: MetricId, from: number, to: number): Datapoint[] {
    return datapointsOf(this.entries.get(metricKey(metric)), from, to);
  }

  /**
   * Folds the values of each metric from `from` and before `to` into one datapoint a unit, with the metric's key.
   * Metrics without a value are left out.
   */
  *fold(from: number, to: number): Generator<MetricRecord & { readonly key: string }> {
    for (const [key, { metric, units }] of this.entries) {
      for (const [unit, series] of units) {
        const set = series.fold(from, to);
        if (set) yield { key, metric, datapoint: { ...set, at: from, unit } };
      }
    }
  }

  /** The start of the last second in which any metric has a value. */
  get lastAt(): number {
    let lastAt = -Infinity;
    for (const { units } of this.entries.values()) {
      for (const series of units.values()) lastAt = Math.max(lastAt, series.lastAt);
    }
    return lastAt;
  }

  /** Forgets the seconds that are too old at `now`, and the metrics without any seconds left. */
  forget(now: number): void {
    const before = now - this.keptMs;
    for (const [key, { units }] of this.entries) {
      for (const [unit, series] of units) {
        series.dropBefore(before);
        if (series.isEmpty) units.delete(unit);
      }
      if (units.size === 0) this.entries.delete(key);
    }
  }

  /** How long seconds are kept now. */
  get keptMs(): number {
    const share = Math.floor(MAX_SECONDS / Math.max(1, this.entries.size)) * 1000;
    return Math.min(SECONDS_KEPT_MS, Math.max(FEWEST_SECONDS_MS, share));
  }

  private begin(key: string, metric: MetricId): Entry {
    const entry = { metric, units: new Map<MetricUnit, SecondSeries>() };
    this.entries.set(key, entry);
    return entry;
  }
}

/** Writes the values of one metric in one unit. It looks its series up only when that is empty. */
export class MetricWriter {
  private series = new SecondSeries();

  constructor(
    private readonly book: MeterBook,
    private readonly metric: MetricId,
    private readonly unit: MetricUnit,
  ) {}

  /** Adds one value within the second that begins at `at`. */
  add(at: number, value: number): void {
    if (this.series.isEmpty) this.series = this.book.series(this.metric, this.unit);
    this.series.add(at, value);
  }
}

function datapointsOf(entry: Entry | undefined, from: number, to: number): Datapoint[] {
  if (!entry) return [];
  return [...entry.units].flatMap(([unit, series]) => series.read(from, to).map((set) => ({ ...set, unit })));
}
