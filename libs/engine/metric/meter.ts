import { type Datapoint, METRIC_PERIOD_MS } from '../../core/metric/metric.js';
import { endpointKey } from '../../core/endpoint/endpoint.js';
import { messageOf } from '../../core/errors.js';
import { endpointOf } from '../../core/ports/signals.js';
import type { InstanceCounts } from '../instance/instance-view.js';
import { MeterBook, SECONDS_KEPT_MS } from './meter-book.js';
import { type EventMetric, EventMeter } from './meter-events.js';
import { GaugeSampler } from './meter-gauges.js';
import { MinuteKeeper } from './meter-minutes.js';
import { SECOND_MS, startOf } from './meter-periods.js';
import { type Measurement, PutMetrics } from './meter-put.js';
import { type DatapointQuery, MetricReader } from './meter-reader.js';
import { type EndpointSnapshot, snapshotOf } from './meter-snapshot.js';
import { Uptime } from './meter-uptime.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** The longest hold-up of the loop that does not count as a gap in measuring. */
const MAX_STALL_MS = 5_000;

/**
 * Measures Ebb. It samples the backlog of every endpoint that is not at rest each second, and takes values of single
 * invocations from the loops. It keeps seconds in memory for half an hour, and hands minutes to the `Metrics` port. A
 * crash loses the minute that was not over.
 */
export class Meter {
  private readonly book = new MeterBook();
  private readonly uptime = new Uptime();
  private readonly events: EventMeter;
  private readonly gauges: GaugeSampler;
  private readonly minutes: MinuteKeeper;
  private readonly puts: PutMetrics;
  private readonly reader: MetricReader;
  private readonly rounds: Rounds;
  private unsubscribe: () => void = () => undefined;
  private measuring: Promise<void> = Promise.resolve();
  private dueAt = Infinity;
  /** When the first of the failed rounds since the last success was due. */
  private failingSince: number | undefined;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'log' | 'metrics' | 'signals'>,
    private readonly counts: InstanceCounts,
  ) {
    this.rounds = new Rounds(world.clock, () => this.round());
    this.events = new EventMeter(this.book, world.clock);
    this.gauges = new GaugeSampler(world, counts, this.book);
    this.minutes = new MinuteKeeper(world, this.book, this.uptime);
    this.puts = new PutMetrics(this.book, this.minutes);
    this.reader = new MetricReader(world, this.gauges, this.book, this.uptime, this.minutes);
  }

  start(): void {
    this.uptime.begin(startOf(this.world.clock.now(), SECOND_MS));
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      const endpointName = endpointOf(signal);
      if (endpointName !== undefined) this.touch(endpointName);
    });
    this.rounds.start();
  }

  /** Stops measuring, and hands over all minutes, including the one that is not over yet. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await this.rounds.stop();
    await this.minutes.handOver(Infinity);
  }

  /** Adds one value of a variant's metric, measured now. */
  add(name: EventMetric, endpointName: string, variantName: string, value: number): void {
    this.events.add(name, endpointName, variantName, value);
  }

  /**
   * Takes the metrics that users put, up to two weeks back. Raises `LimitExceeded` if there would be too many metrics.
   */
  put(measurements: readonly Measurement[]): void {
    this.puts.put(measurements, this.world.clock.now());
  }

  /**
   * Returns the datapoints of whole periods, oldest first; a period without a value has none. Periods of whole minutes
   * are read from the minutes of the last fifteen days, and all others from the seconds of the last half hour.
   */
  async datapoints(query: DatapointQuery, signal?: AbortSignal): Promise<Datapoint[]> {
    // A sample that is being taken belongs to the second before.
    await this.measuring;
    return this.reader.read(query, signal);
  }

  /** Returns the endpoints whose gauges moved or are not zero, or to which anything happened since `since`. */
  activeSince(since: number): string[] {
    return [...new Set([...this.gauges.movedSince(since), ...this.events.movedSince(since)])];
  }

  /** Returns a snapshot of every asynchronous endpoint, with totals since the start. */
  snapshot(signal?: AbortSignal): Promise<EndpointSnapshot[]> {
    const { counts, events, gauges } = this;
    const { catalog } = this.world;
    return snapshotOf({ catalog, counts, gauges, events }, signal);
  }

  private touch(endpointName: string): void {
    if (this.gauges.isAtRest) this.rounds.call();
    this.gauges.touch(endpointName, startOf(this.world.clock.now(), SECOND_MS));
  }

  /** Measures each second while any endpoint is not at rest, and each minute otherwise. */
  private async round(): Promise<number> {
    const { clock } = this.world;
    if (clock.now() >= this.dueAt) {
      this.measuring = this.measure(this.dueAt);
      await this.measuring;
    }
    const stepMs = this.gauges.isAtRest ? METRIC_PERIOD_MS : SECOND_MS;
    this.dueAt = startOf(clock.now(), stepMs) + stepMs;
    return this.dueAt;
  }

  private async measure(dueAt: number): Promise<void> {
    const end = startOf(this.world.clock.now(), SECOND_MS);
    await this.sample(end, this.failingSince ?? dueAt);
    if (this.minutes.isDue(end)) await this.endMinute(end);
  }

  private async sample(end: number, dueSince: number): Promise<void> {
    if (end - dueSince > MAX_STALL_MS) this.uptime.interrupt(dueSince - SECOND_MS, end - SECOND_MS);
    try {
      await this.gauges.sampleAll(end, this.uptime.since);
      this.failingSince = undefined;
    } catch (error) {
      if (this.failingSince === undefined) {
        this.world.log.error('The backlog could not be measured; alarms lack data', { reason: messageOf(error) });
      }
      this.failingSince = dueSince;
    }
  }

  private async endMinute(now: number): Promise<void> {
    const { catalog, invocations, log } = this.world;
    // The hand-over is not awaited, because a slow store must not hold up the next second.
    void this.minutes.handOver(startOf(now, METRIC_PERIOD_MS));
    this.book.forget(now);
    this.puts.forget(now);
    this.uptime.forget(now - SECONDS_KEPT_MS);
    this.gauges.forget(now - SECONDS_KEPT_MS);
    try {
      for (const name of this.events.endpointNames) {
        if (!(await catalog.endpoints.get(endpointKey(name)))) this.events.forget(name);
      }
      // Signals may be lost, so an endpoint with a backlog is touched here: it is taken for one at rest for at most a
      // minute.
      for (const name of await invocations.endpointsWithBacklog()) this.touch(name);
    } catch (error) {
      log.error('The catalog or the ledger did not answer; an endpoint may go unmeasured', {
        reason: messageOf(error),
      });
    }
  }
}
