import { beforeEach, expect, it } from 'vitest';
import {
  type Datapoint,
  METRIC_PERIOD_MS,
  METRIC_RETENTION_MS,
  type MetricId,
  metricKey,
  statisticSetOf,
} from '../../libs/core/metric/metric.js';
import type { MetricRecord, Metrics } from '../../libs/core/ports/metrics.js';

export const NOW = Date.UTC(2026, 0, 1);
const MINUTE = METRIC_PERIOD_MS;

export function aMetric(name: string, dimensions: Record<string, string> = {}, namespace = 'Tests'): MetricId {
  return { namespace, name, dimensions };
}

export function aRecord(metric: MetricId, at: number, value: number, of: Partial<Datapoint> = {}): MetricRecord {
  return { metric, datapoint: { ...statisticSetOf(value), at, unit: 'Count', ...of } };
}

/** The contract of every driver of the metrics. */
export function metricsContract(open: () => Metrics): void {
  let metrics: Metrics;
  beforeEach(() => {
    metrics = open();
  });

  const values = async (metric: MetricId, from = 0, to = Infinity): Promise<number[][]> =>
    (await metrics.read(metric, from, to)).map(({ at, sum }) => [at - NOW, sum]);

  it('returns the points from one time until before another, the oldest first', async () => {
    const depth = aMetric('depth');
    await metrics.record(
      [2, 0, 1].map((minute) => aRecord(depth, NOW + minute * MINUTE, minute)),
      NOW,
    );
    expect(await metrics.read(depth, NOW, NOW + MINUTE)).toEqual([
      { at: NOW, unit: 'Count', count: 1, sum: 0, minimum: 0, maximum: 0 },
    ]);
    expect(await values(depth)).toEqual([
      [0, 0],
      [MINUTE, 1],
      [2 * MINUTE, 2],
    ]);
    expect(await values(depth, NOW + 1, NOW + 2 * MINUTE)).toEqual([[MINUTE, 1]]);
    expect(await values(aMetric('other'))).toEqual([]);
  });

  it('merges the points of one minute, from one call or several, for each unit', async () => {
    const depth = aMetric('depth');
    await metrics.record([aRecord(depth, NOW + 5_000, 4), aRecord(depth, NOW + 59_999, -1)], NOW);
    await metrics.record([aRecord(depth, NOW, 9), aRecord(depth, NOW, 7, { unit: 'Bytes' })], NOW);
    const points = await metrics.read(depth, NOW, NOW + MINUTE);
    expect(points.sort((a, b) => a.sum - b.sum)).toEqual([
      { at: NOW, unit: 'Bytes', count: 1, sum: 7, minimum: 7, maximum: 7 },
      { at: NOW, unit: 'Count', count: 3, sum: 12, minimum: -1, maximum: 9 },
    ]);
  });

  it('identifies a metric by its dimensions in any order', async () => {
    await metrics.record([aRecord(aMetric('depth', { a: '1', b: '2' }), NOW, 1)], NOW);
    expect(await values(aMetric('depth', { b: '2', a: '1' }))).toEqual([[0, 1]]);
    expect(await values(aMetric('depth', { a: '1' }))).toEqual([]);
    expect(await values(aMetric('depth', { a: '1', b: '2' }, 'Elsewhere'))).toEqual([]);
  });

  it('drops points after fifteen days, and metrics without points', async () => {
    const [old, young] = [aMetric('old'), aMetric('young')];
    await metrics.record([aRecord(old, NOW, 1), aRecord(young, NOW, 1), aRecord(young, NOW + MINUTE, 2)], NOW);
    await metrics.record([], NOW + METRIC_RETENTION_MS);
    expect(await values(old)).toEqual([[0, 1]]);
    await metrics.record([], NOW + METRIC_RETENTION_MS + MINUTE);
    expect(await values(old)).toEqual([]);
    expect(await values(young)).toEqual([[MINUTE, 2]]);
    expect(await metrics.list({ limit: 10 })).toEqual([young]);
  });

  it('accepts points that are two weeks old', async () => {
    const late = aMetric('late');
    const at = NOW - METRIC_RETENTION_MS + MINUTE;
    await metrics.record([aRecord(late, NOW, 2)], NOW);
    await metrics.record([aRecord(late, at, 1)], NOW);
    expect(await values(late)).toEqual([
      [at - NOW, 1],
      [0, 2],
    ]);
  });

  it('reads fifteen days of minutes', async () => {
    const [all, half] = [aMetric('all'), aMetric('half')];
    const count = METRIC_RETENTION_MS / MINUTE;
    const minutes = Array.from({ length: count }, (_, index) => NOW - index * MINUTE);
    await metrics.record(
      minutes.flatMap((at, index) =>
        index % 2 === 0 ? [aRecord(all, at, 1), aRecord(half, at, 1)] : [aRecord(all, at, 1)],
      ),
      NOW,
    );
    expect(await metrics.read(all, -Infinity, Infinity)).toHaveLength(count);
    const read = await metrics.read(half, 0, Infinity);
    expect(read.map(({ at }) => at)).toEqual(minutes.filter((_, index) => index % 2 === 0).reverse());
  });

  it('lists metrics by namespace, name and dimensions, page by page', async () => {
    const listed = [
      aMetric('depth', { Queue: 'a', Region: 'x' }),
      aMetric('depth', { Queue: 'b' }),
      aMetric('height', { Queue: 'a' }),
      aMetric('depth', { Queue: 'a' }, 'Elsewhere'),
    ];
    await metrics.record(
      listed.map((metric) => aRecord(metric, NOW, 1)),
      NOW,
    );
    const list = async (filter: Parameters<Metrics['list']>[0]) =>
      (await metrics.list(filter)).map((metric) => listed.findIndex((other) => metricKey(other) === metricKey(metric)));
    const byKey = [...listed.keys()].sort((a, b) => (metricKey(listed[a]!) < metricKey(listed[b]!) ? -1 : 1));
    expect(await list({ limit: 10 })).toEqual(byKey);
    const firstTwo = await list({ limit: 2 });
    expect(firstTwo).toEqual(byKey.slice(0, 2));
    expect(await list({ limit: 10, after: metricKey(listed[firstTwo[1]!]!) })).toEqual(byKey.slice(2));
    expect(await list({ limit: 10, namespace: 'Elsewhere' })).toEqual([3]);
    expect(new Set(await list({ limit: 10, name: 'depth' }))).toEqual(new Set([0, 1, 3]));
    expect(new Set(await list({ limit: 10, dimensions: [{ name: 'Queue', value: 'a' }] }))).toEqual(new Set([0, 2, 3]));
    expect(await list({ limit: 10, dimensions: [{ name: 'Queue', value: 'a' }, { name: 'Region' }] })).toEqual([0]);
  });

  it('rejects if its signal is aborted', async () => {
    const aborted = AbortSignal.abort(new Error('Enough.'));
    const depth = aMetric('depth');
    await expect(metrics.record([aRecord(depth, NOW, 1)], NOW, aborted)).rejects.toThrow('Enough.');
    await expect(metrics.list({ limit: 1 }, aborted)).rejects.toThrow('Enough.');
    expect(await values(depth)).toEqual([]);
  });
}
