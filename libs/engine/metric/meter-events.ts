import {
  EBB_VARIANT_METRICS,
  type EbbVariantMetric,
  VARIANT_METRICS,
  type VariantMetric,
  ebbVariantMetric,
  variantMetric,
} from '../../core/metric/endpoint-metrics.js';
import type { Clock } from '../../core/ports/clock.js';
import { type MeterBook, MetricWriter } from './meter-book.js';

/** The total of one metric of a variant since Ebb started. */
export interface Total {
  readonly count: number;
  readonly sum: number;
}

/** The name of a metric that counts or measures single invocations and instances of a variant. */
export type EventMetric = VariantMetric | EbbVariantMetric;

class EventTotal implements Total {
  count = 0;
  sum = 0;

  constructor(private readonly writer: MetricWriter) {}

  add(at: number, value: number): void {
    this.count += 1;
    this.sum += value;
    this.writer.add(at, value);
  }
}

type VariantEvents = Map<EventMetric, EventTotal>;

interface EndpointEvents {
  readonly variants: Map<string, VariantEvents>;
  lastAt: number;
}

/**
 * Counts what happens to single invocations and instances: second by second in the book, and in total since the start.
 */
export class EventMeter {
  private readonly endpoints = new Map<string, EndpointEvents>();

  constructor(
    private readonly book: MeterBook,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /**
   * Adds a value. It is called several times for every invocation, so it costs three map reads, and allocates only at
   * first.
   */
  add(name: EventMetric, endpointName: string, variantName: string, value: number): void {
    const now = this.clock.now();
    let endpoint = this.endpoints.get(endpointName);
    if (!endpoint) this.endpoints.set(endpointName, (endpoint = { variants: new Map(), lastAt: now }));
    endpoint.lastAt = now;
    let variant = endpoint.variants.get(variantName);
    if (!variant) endpoint.variants.set(variantName, (variant = new Map()));
    let total = variant.get(name);
    if (!total) variant.set(name, (total = this.begin(name, endpointName, variantName)));
    total.add(now - (now % 1000), value);
  }

  /** Returns the totals of a variant's metrics; undefined if nothing has happened to the variant. */
  totals(endpointName: string, variantName: string): ReadonlyMap<EventMetric, Total> | undefined {
    return this.endpoints.get(endpointName)?.variants.get(variantName);
  }

  /** Yields the endpoints to which something happened from `since` on. */
  *movedSince(since: number): Generator<string> {
    for (const [endpointName, { lastAt }] of this.endpoints) if (lastAt >= since) yield endpointName;
  }

  get endpointNames(): string[] {
    return [...this.endpoints.keys()];
  }

  /** Forgets the totals of a deleted endpoint. */
  forget(endpointName: string): void {
    this.endpoints.delete(endpointName);
  }

  private begin(name: EventMetric, endpointName: string, variantName: string): EventTotal {
    const isOurs = name in EBB_VARIANT_METRICS;
    const metric = isOurs
      ? ebbVariantMetric(name as EbbVariantMetric, endpointName, variantName)
      : variantMetric(name as VariantMetric, endpointName, variantName);
    const unit = { ...VARIANT_METRICS, ...EBB_VARIANT_METRICS }[name];
    return new EventTotal(new MetricWriter(this.book, metric, unit));
  }
}
