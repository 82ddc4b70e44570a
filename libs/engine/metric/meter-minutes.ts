import { EbbError, messageOf } from '../../core/errors.js';
import { type Datapoint, METRIC_PERIOD_MS, type MetricId, metricKey } from '../../core/metric/metric.js';
import type { MeterBook } from './meter-book.js';
import { SECOND_MS, startOf } from './meter-periods.js';
import { MinuteRecords } from './meter-records.js';
import { UP_METRIC, type Uptime } from './meter-uptime.js';
import type { World } from '../world.js';

/** The most datapoints that wait while the store takes none. */
const MAX_WAITING = 100_000;

const UP_KEY = metricKey(UP_METRIC);

/**
 * Hands each finished minute to the store, one call a minute. Reads minutes from the store, and adds those that are not
 * stored yet.
 */
export class MinuteKeeper {
  /** The datapoints that the store did not take, and datapoints that were put for minutes already handed over. */
  private waiting = new MinuteRecords();
  /** The minutes from here on are in the book only. */
  private handedUntil: number;
  private handing: Promise<void> = Promise.resolve();

  constructor(
    private readonly world: Pick<World, 'clock' | 'log' | 'metrics'>,
    private readonly book: MeterBook,
    private readonly uptime: Uptime,
  ) {
    this.handedUntil = startOf(world.clock.now(), METRIC_PERIOD_MS);
  }

  /** Takes a datapoint whose minute has been handed over. Datapoints of later minutes are left to the book. */
  put(metric: MetricId, datapoint: Datapoint): void {
    if (datapoint.at >= this.handedUntil) return;
    if (this.waiting.size >= MAX_WAITING) {
      throw new EbbError('LimitExceeded', `At most ${MAX_WAITING} datapoints of the past can wait to be stored.`);
    }
    this.waiting.add(metric, datapoint);
  }

  /** Whether a minute has ended that was not handed over yet. */
  isDue(now: number): boolean {
    return startOf(now, METRIC_PERIOD_MS) > this.handedUntil;
  }

  /**
   * Hands over the minutes before `until`. Never rejects: datapoints that the store does not take wait for the next
   * minute.
   */
  handOver(until: number): Promise<void> {
    // The records are taken at once, because the book may forget them while an earlier hand-over is still under way.
    const records = this.take(until);
    this.handing = this.handing.then(() => this.store(records));
    return this.handing;
  }

  /**
   * Reads the minutes of a metric, by unit, that begin from `from` and before `to`. The last one may not be over yet.
   */
  async read(metric: MetricId, from: number, to: number, signal?: AbortSignal): Promise<Datapoint[]> {
    for (;;) {
      // Minutes that are being handed over are neither here nor in the store.
      const { handing } = this;
      await handing;
      const stored = await this.world.metrics.read(metric, from, to, signal);
      if (handing === this.handing) return [...stored, ...this.notStored(metric, from, to)];
    }
  }

  /** Returns the number of seconds in which Ebb measured, for each minute from the minute of `from` on. */
  async upSeconds(from: number, to: number, signal?: AbortSignal): Promise<ReadonlyMap<number, number>> {
    const seconds = new Map<number, number>();
    for (const { at, count } of await this.read(UP_METRIC, startOf(from, METRIC_PERIOD_MS), to, signal)) {
      seconds.set(at, (seconds.get(at) ?? 0) + count);
    }
    return seconds;
  }

  private take(until: number): MinuteRecords {
    const records = this.waiting;
    const { lastAt } = this.book;
    for (let at = this.handedUntil; at < until && at <= lastAt; at += METRIC_PERIOD_MS) {
      const minute = this.book.fold(at, at + METRIC_PERIOD_MS);
      for (const { key, metric, datapoint } of minute) records.add(metric, datapoint, key);
    }
    for (const datapoint of this.upMinutes(this.handedUntil, until)) records.add(UP_METRIC, datapoint);
    // Datapoints that are put for these minutes from now on wait for the next minute.
    this.waiting = new MinuteRecords();
    this.handedUntil = until;
    return records;
  }

  private async store(records: MinuteRecords): Promise<void> {
    if (records.size === 0) return;
    const { clock, log, metrics } = this.world;
    try {
      await metrics.record([...records.all()], clock.now());
    } catch (error) {
      log.warn('Metrics could not be stored; they wait for the next minute', {
        datapoints: records.size,
        reason: messageOf(error),
      });
      this.waitAgain(records);
    }
  }

  private waitAgain(records: MinuteRecords): void {
    for (const { metric, datapoint } of records.all()) {
      if (this.waiting.size >= MAX_WAITING) return;
      this.waiting.add(metric, datapoint);
    }
  }

  private notStored(metric: MetricId, from: number, to: number): Datapoint[] {
    const waiting = this.waiting.read(metric, from, to);
    const unhandedFrom = Math.max(from, this.handedUntil);
    if (metricKey(metric) === UP_KEY) return [...waiting, ...this.upMinutes(unhandedFrom, to)];
    const minutes = new MinuteRecords();
    for (const datapoint of this.book.read(metric, unhandedFrom, to)) minutes.add(metric, datapoint);
    return [...waiting, ...minutes.read(metric, unhandedFrom, to)];
  }

  private upMinutes(from: number, to: number): Datapoint[] {
    const minutes: Datapoint[] = [];
    const end = Math.min(to, startOf(this.world.clock.now(), SECOND_MS));
    for (let at = from; at < end; at += METRIC_PERIOD_MS) {
      const count = this.uptime.secondsWithin(at, Math.min(end, at + METRIC_PERIOD_MS));
      if (count > 0) minutes.push({ at, unit: 'Count', count, sum: count, minimum: 1, maximum: 1 });
    }
    return minutes;
  }
}
