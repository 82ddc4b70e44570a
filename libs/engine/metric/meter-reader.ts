import { endpointKey } from '../../core/endpoint/endpoint.js';
import { BACKLOG_METRICS, type BacklogMetric, backlogMetric } from '../../core/metric/endpoint-metrics.js';
import {
  type Datapoint,
  METRIC_PERIOD_MS,
  METRIC_RETENTION_MS,
  type MetricId,
  type MetricUnit,
  metricKey,
} from '../../core/metric/metric.js';
import type { MeterBook } from './meter-book.js';
import type { GaugeSampler } from './meter-gauges.js';
import type { MinuteKeeper } from './meter-minutes.js';
import { SECOND_MS, foldPeriods, startOf } from './meter-periods.js';
import type { Uptime } from './meter-uptime.js';
import type { World } from '../world.js';

/** A query for the datapoints of one metric. */
export interface DatapointQuery {
  readonly metric: MetricId;
  readonly periodSeconds: number;
  /** The first period begins here, and each further one where the period before it ends. */
  readonly from: number;
  /** The last period ends here or before. */
  readonly to: number;
  /** Selects only the values that were put in this unit; all units are folded together if absent. */
  readonly unit?: MetricUnit;
}

interface Stretch {
  readonly metric: MetricId;
  readonly from: number;
  readonly to: number;
}

/** A stretch in which a gauge without a value is known to have been zero, in the seconds in which Ebb measured. */
interface KnownZeros extends Omit<Stretch, 'metric'> {
  readonly unit: MetricUnit;
}

/**
 * Reads datapoints from the seconds in memory or from minutes, and adds the zeros that were never written: the gauges
 * of an endpoint at rest are zero from its creation on. For the time in which Ebb did not measure, nothing is known.
 */
export class MetricReader {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock'>,
    private readonly gauges: GaugeSampler,
    private readonly book: MeterBook,
    private readonly uptime: Uptime,
    private readonly minutes: MinuteKeeper,
  ) {}

  async read(query: DatapointQuery, signal?: AbortSignal): Promise<Datapoint[]> {
    const { metric, periodSeconds, to, unit } = query;
    const stepMs = this.stepOf(query);
    const from = startOf(Math.max(query.from, this.world.clock.now() - METRIC_RETENTION_MS), stepMs);
    const stretch = { metric, from, to };
    // This comes first, so that a value measured during the read is not taken for a gap.
    const zeros = await this.knownZeros(stretch);
    const points = stepMs === SECOND_MS ? this.secondsOf(stretch, zeros) : await this.minutesOf(stretch, zeros, signal);
    const wanted = unit === undefined ? points : points.filter((point) => point.unit === unit);
    const periodMs = periodSeconds * 1000;
    return foldPeriods(wanted, from, periodMs).filter(({ at }) => at + periodMs <= to);
  }

  /**
   * Returns the step to read at. Periods of whole minutes that do not begin with a minute are read from seconds, while
   * these are kept.
   */
  private stepOf({ periodSeconds, from }: DatapointQuery): number {
    if ((periodSeconds * 1000) % METRIC_PERIOD_MS !== 0) return SECOND_MS;
    const isRecent = from >= this.world.clock.now() - this.book.keptMs;
    return isRecent && from % METRIC_PERIOD_MS !== 0 ? SECOND_MS : METRIC_PERIOD_MS;
  }

  private secondsOf({ metric, from, to }: Stretch, known: KnownZeros | undefined): Datapoint[] {
    const points = this.book.read(metric, from, to);
    if (!known) return points;
    const measured = new Set(points.map(({ at }) => at));
    const oldest = startOf(this.world.clock.now() - this.book.keptMs, SECOND_MS) + SECOND_MS;
    for (let at = Math.max(known.from, oldest); at < known.to; at += SECOND_MS) {
      if (measured.has(at) || this.uptime.secondsWithin(at, at + SECOND_MS) === 0) continue;
      points.push(zerosAt(at, 1, known.unit));
    }
    return points;
  }

  /** Adds zeros to minutes: in a minute with few samples, a gauge was zero in the other seconds. */
  private async minutesOf(
    { metric, from, to }: Stretch,
    known: KnownZeros | undefined,
    signal?: AbortSignal,
  ): Promise<Datapoint[]> {
    const points = await this.minutes.read(metric, from, to, signal);
    if (!known) return points;
    const counts = new Map<number, number>();
    for (const { at, count } of points) counts.set(at, (counts.get(at) ?? 0) + count);
    for (const [at, upSeconds] of await this.minutes.upSeconds(known.from, known.to, signal)) {
      const knownMs = Math.min(at + METRIC_PERIOD_MS, known.to) - Math.max(at, known.from);
      const missing = Math.min(upSeconds, knownMs / SECOND_MS) - (counts.get(at) ?? 0);
      if (missing > 0) points.push(zerosAt(at, missing, known.unit));
    }
    return points;
  }

  private async knownZeros({ metric, from, to }: Stretch): Promise<KnownZeros | undefined> {
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
