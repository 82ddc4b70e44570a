import { endpointKey } from '../core/endpoint.js';
import { BACKLOG_METRICS, type BacklogMetric, backlogMetric } from '../core/endpoint-metrics.js';
import { type Datapoint, METRIC_PERIOD_MS, type MetricId, type MetricUnit, metricKey } from '../core/metric.js';
import type { MeterBook } from './meter-book.js';
import type { GaugeSampler } from './meter-gauges.js';
import type { MinuteKeeper } from './meter-minutes.js';
import { SECOND_MS, startOf } from './meter-periods.js';
import type { Uptime } from './meter-uptime.js';
import type { World } from './world.js';

/** What is filled: datapoints of one metric at one step. */
export interface Stretch {
  readonly metric: MetricId;
  readonly from: number;
  readonly to: number;
}

/**
 * Puts the zeros back that were never written: the gauges of an endpoint at rest are zero from its creation on, in every
 * second in which Ebb measured. Of the time in which it did not, nothing is known.
 */
export class GaugeZeros {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock'>,
    private readonly gauges: GaugeSampler,
    private readonly book: MeterBook,
    private readonly uptime: Uptime,
    private readonly minutes: MinuteKeeper,
  ) {}

  async fillSeconds(stretch: Stretch, points: readonly Datapoint[]): Promise<readonly Datapoint[]> {
    const known = await this.knownOf(stretch);
    if (!known) return points;
    const taken = new Set(points.map(({ at }) => at));
    const zeros: Datapoint[] = [];
    const from = Math.max(known.from, startOf(this.world.clock.now() - this.book.keptMs, SECOND_MS) + SECOND_MS);
    for (let at = from; at < known.to; at += SECOND_MS) {
      if (!taken.has(at) && this.uptime.secondsWithin(at, at + SECOND_MS) > 0) zeros.push(zerosAt(at, 1, known.unit));
    }
    return [...points, ...zeros];
  }

  /** A minute in which it was measured now and then was zero in between. */
  async fillMinutes(
    stretch: Stretch,
    points: readonly Datapoint[],
    signal?: AbortSignal,
  ): Promise<readonly Datapoint[]> {
    const known = await this.knownOf(stretch);
    if (!known) return points;
    const counts = new Map<number, number>();
    for (const { at, count } of points) counts.set(at, (counts.get(at) ?? 0) + count);
    const zeros: Datapoint[] = [];
    for (const [at, up] of await this.minutes.upSeconds(stretch.from, stretch.to, signal)) {
      const from = Math.max(at, known.from);
      const to = Math.min(at + METRIC_PERIOD_MS, known.to);
      const missing = Math.min(up, (to - from) / SECOND_MS) - (counts.get(at) ?? 0);
      if (missing > 0) zeros.push(zerosAt(at, missing, known.unit));
    }
    return [...points, ...zeros];
  }

  /** From when until when it is known that a gauge was zero where it has no value; absent where that is never known. */
  private async knownOf({
    metric,
    from,
    to,
  }: Stretch): Promise<{ from: number; to: number; unit: MetricUnit } | undefined> {
    const unit = unitOfGauge(metric);
    const endpointName = metric.dimensions['EndpointName'];
    if (!unit || endpointName === undefined) return undefined;
    const endpoint = await this.world.catalog.endpoints.get(endpointKey(endpointName));
    if (endpoint?.name !== endpointName || !endpoint.asyncInference) return undefined;
    return {
      from: Math.max(from, startOf(endpoint.createdAt, SECOND_MS)),
      to: Math.min(to, startOf(this.world.clock.now(), SECOND_MS), this.gauges.knownUntil(endpointName)),
      unit,
    };
  }
}

function unitOfGauge(metric: MetricId): MetricUnit | undefined {
  if (!Object.hasOwn(BACKLOG_METRICS, metric.name)) return undefined;
  const name = metric.name as BacklogMetric;
  const gauge = backlogMetric(name, metric.dimensions['EndpointName'] ?? '');
  return metricKey(gauge) === metricKey(metric) ? BACKLOG_METRICS[name] : undefined;
}

function zerosAt(at: number, count: number, unit: MetricUnit): Datapoint {
  return { at, unit, count, sum: 0, minimum: 0, maximum: 0 };
}
