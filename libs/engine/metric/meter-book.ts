import { type Datapoint, type MetricId, type MetricUnit, metricKey } from '../../core/metric/metric.js';
import type { MetricRecord } from '../../core/ports/metrics.js';
import { SecondSeries } from './meter-series.js';

/** How long seconds are kept: the longest that an alarm of Ebb's own pace looks back is 24 minutes. */
export const SECONDS_KEPT_MS = 30 * 60_000;
/** With so many metrics that all their seconds would be more than this, fewer are kept: 80 MB of them. */
const MAX_SECONDS = 2_000_000;
const FEWEST_SECONDS_MS = 5 * 60_000;

interface Entry {
  readonly metric: MetricId;
  readonly units: Map<MetricUnit, SecondSeries>;
}

/** The last seconds of every metric that had a value lately. */
export class MeterBook {
  private readonly entries = new Map<string, Entry>();

  /** The series to write to; it may be forgotten when it is empty, and has then to be asked for again. */
  series(metric: MetricId, unit: MetricUnit): SecondSeries {
    const key = metricKey(metric);
    const entry = this.entries.get(key) ?? this.begin(key, metric);
    const series = entry.units.get(unit) ?? new SecondSeries();
    entry.units.set(unit, series);
    return series;
  }

  /** A metric's seconds from `from` and before `to`, by unit. */
  read(metric: MetricId, from: number, to: number): Datapoint[] {
    return datapointsOf(this.entries.get(metricKey(metric)), from, to);
  }

  /** What each metric that has any value from `from` and before `to` came to then, by unit, with its key. */
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

  /** Forgets the seconds that are too old by now, and the metrics that have none left. */
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

  /** How far back seconds are kept. */
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

/** Where the values of one metric in one unit are written, at no more than the value costs. */
export class MetricWriter {
  private series = new SecondSeries();

  constructor(
    private readonly book: MeterBook,
    private readonly metric: MetricId,
    private readonly unit: MetricUnit,
  ) {}

  /** One value within the second that begins at `at`. */
  add(at: number, value: number): void {
    if (this.series.isEmpty) this.series = this.book.series(this.metric, this.unit);
    this.series.add(at, value);
  }
}

function datapointsOf(entry: Entry | undefined, from: number, to: number): Datapoint[] {
  if (!entry) return [];
  return [...entry.units].flatMap(([unit, series]) => series.read(from, to).map((set) => ({ ...set, unit })));
}
