import { endpointKey } from '../../core/endpoint/endpoint.js';
import {
  BACKLOG_METRICS,
  type BacklogMetric,
  backlogGauges,
  backlogMetric,
} from '../../core/metric/endpoint-metrics.js';
import type { InstanceCounts } from '../instance/instance-view.js';
import { type MeterBook, MetricWriter } from './meter-book.js';
import type { World } from '../world.js';

/** The backlog metrics of one endpoint at one time. */
export type Gauges = Readonly<Record<BacklogMetric, number>>;

/** The names of the backlog metrics. */
export const GAUGE_NAMES = Object.keys(BACKLOG_METRICS) as BacklogMetric[];

/** An endpoint that is sampled each second. */
interface Sampled {
  /** The end of the last second that was sampled. */
  until: number;
  /** Whether a signal has come since its gauges were read. */
  isTouched: boolean;
  last?: Gauges;
  readonly writers: Readonly<Record<BacklogMetric, MetricWriter>>;
}

/**
 * Samples the gauges of the endpoints that are not at rest. A signal makes the sampler sample an endpoint. It stops
 * when all gauges of the endpoint are zero and no signal has come since. For an endpoint at rest nothing is written:
 * its gauges are zero.
 */
export class GaugeSampler {
  private readonly sampled = new Map<string, Sampled>();
  private readonly moved = new Map<string, number>();

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations'>,
    private readonly counts: InstanceCounts,
    private readonly book: MeterBook,
  ) {}

  get isAtRest(): boolean {
    return this.sampled.size === 0;
  }

  /**
   * Samples the endpoint from `second` on, because its gauges may have changed. Called for every accepted invocation.
   */
  touch(endpointName: string, second: number): void {
    const sampled = this.sampled.get(endpointName);
    if (sampled) sampled.isTouched = true;
    else this.sampled.set(endpointName, this.begin(endpointName, second));
  }

  /**
   * Samples every endpoint at `end`. The sample holds for the second that ends then, and for the missed seconds before
   * it, back to `since`.
   */
  async sampleAll(end: number, since: number): Promise<void> {
    for (const [endpointName, sampled] of this.sampled) {
      sampled.isTouched = false;
      const gauges = await this.gaugesOf(endpointName);
      this.note(endpointName, sampled, gauges, end);
      if (gauges && !isZero(gauges)) write(sampled, gauges, Math.max(sampled.until, since), end);
      else if (!sampled.isTouched) this.sampled.delete(endpointName);
      sampled.until = end;
    }
  }

  /** Returns the current gauges of an endpoint; undefined if there is no such asynchronous endpoint. */
  async gaugesOf(endpointName: string): Promise<Gauges | undefined> {
    const { catalog, clock, invocations } = this.world;
    const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
    if (endpoint?.name !== endpointName || !endpoint.asyncInference) return undefined;
    const backlog = await invocations.backlog(endpointName);
    return backlogGauges(backlog, this.counts.counts(endpointName).inService, clock.now());
  }

  /** Returns until when the gauges of an endpoint are known; `Infinity` if it is at rest. */
  knownUntil(endpointName: string): number {
    return this.sampled.get(endpointName)?.until ?? Infinity;
  }

  /** Yields the endpoints whose gauges were not zero, or became zero, from `since` on. */
  *movedSince(since: number): Generator<string> {
    for (const [endpointName, at] of this.moved) if (at >= since) yield endpointName;
  }

  forget(before: number): void {
    for (const [endpointName, at] of this.moved) if (at < before) this.moved.delete(endpointName);
  }

  private begin(endpointName: string, second: number): Sampled {
    const writer = (name: BacklogMetric): MetricWriter =>
      new MetricWriter(this.book, backlogMetric(name, endpointName), BACKLOG_METRICS[name]);
    return {
      until: second,
      isTouched: true,
      writers: {
        ApproximateBacklogSize: writer('ApproximateBacklogSize'),
        ApproximateBacklogSizePerInstance: writer('ApproximateBacklogSizePerInstance'),
        ApproximateAgeOfOldestRequest: writer('ApproximateAgeOfOldestRequest'),
        HasBacklogWithoutCapacity: writer('HasBacklogWithoutCapacity'),
      },
    };
  }

  private note(endpointName: string, sampled: Sampled, gauges: Gauges | undefined, at: number): void {
    const changed = sampled.last !== undefined && !isZero(sampled.last);
    if (changed || (gauges && !isZero(gauges))) this.moved.set(endpointName, at);
    sampled.last = gauges;
  }
}

function write({ writers }: Sampled, gauges: Gauges, from: number, end: number): void {
  for (let at = from; at < end; at += 1000) {
    for (const name of GAUGE_NAMES) writers[name].add(at, gauges[name]);
  }
}

function isZero(gauges: Gauges): boolean {
  return GAUGE_NAMES.every((name) => gauges[name] === 0);
}
