import { expect, it } from 'vitest';
import { type Backlog, EMPTY_BACKLOG } from '../../core/invocation/backlog.js';
import { type BacklogMetric, backlogMetric, variantMetric } from '../../core/metric/endpoint-metrics.js';
import { EbbError } from '../../core/errors.js';
import { METRIC_RETENTION_MS, type MetricId, statisticSetOf } from '../../core/metric/metric.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { Meter } from './meter.js';
import { UP_METRIC } from './meter-uptime.js';

const SECOND = 1_000;
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** An endpoint with the backlog and the instances that the test sets, and a list of the backlog reads (`asked`). */
async function aMeteredEndpoint() {
  const parts = memoryWorld();
  const asked: string[] = [];
  const now: { backlog: Backlog; inService: number; fails: boolean } = {
    backlog: EMPTY_BACKLOG,
    inService: 0,
    fails: false,
  };
  parts.invocations.backlog = async (endpointName) => {
    asked.push(endpointName);
    if (now.fails) throw new EbbError('Unavailable', 'The ledger does not answer.');
    return now.backlog;
  };
  const counts = { counts: () => ({ starting: 0, inService: now.inService, draining: 0 }) };
  const begin = (): Meter => {
    const meter = new Meter(parts.world, counts);
    meter.start();
    return meter;
  };
  const { clock, signals } = parts;
  await deployEndpoint(parts);
  const t0 = clock.now();
  const holds = (backlog: Backlog, inService = 0): void => {
    Object.assign(now, { backlog, inService });
    signals.notify({ kind: 'backlog', endpointName: 'reader' });
  };
  const fails = (does: boolean): void => void (now.fails = does);
  return { ...parts, begin, meter: begin(), holds, fails, asked, t0 };
}

const SIZE = gauge('ApproximateBacklogSize');

function gauge(name: BacklogMetric): MetricId {
  return backlogMetric(name, 'reader');
}

const queued = (count: number): Backlog => ({ queued: count, running: 0 });

it('samples the four gauges at whole seconds, so a second shows the values at its end', async () => {
  const { clock, holds, meter, t0 } = await aMeteredEndpoint();
  await clock.advance(10_400);
  holds({ queued: 6, running: 2, oldestAcceptedAt: t0 + 10_400 }, 2);
  await clock.advance(2_600);
  const read = async (name: BacklogMetric) =>
    (await meter.datapoints({ metric: gauge(name), periodSeconds: 1, from: t0 + 9 * SECOND, to: clock.now() })).map(
      ({ at, sum, unit }) => [at - t0, sum, unit],
    );
  expect(await read('ApproximateBacklogSize')).toEqual([
    [9_000, 0, 'Count'],
    [10_000, 8, 'Count'],
    [11_000, 8, 'Count'],
    [12_000, 8, 'Count'],
  ]);
  expect((await read('ApproximateBacklogSizePerInstance')).at(-1)).toEqual([12_000, 4, 'Count']);
  expect((await read('ApproximateAgeOfOldestRequest')).at(-1)).toEqual([12_000, 2.6, 'Seconds']);
  expect((await read('HasBacklogWithoutCapacity')).at(-1)).toEqual([12_000, 0, 'Count']);
});

it('reads nothing for endpoints at rest, and stops reading when an endpoint comes to rest', async () => {
  const { asked, clock, holds } = await aMeteredEndpoint();
  await clock.advance(HOUR);
  expect(asked).toEqual([]);
  holds(queued(1));
  await clock.advance(10 * SECOND);
  expect(asked).toHaveLength(10);
  holds(EMPTY_BACKLOG, 1);
  await clock.advance(SECOND);
  expect(asked).toHaveLength(11);
  await clock.advance(HOUR);
  expect(asked).toHaveLength(11);
});

it('reads unwritten values as zero, in seconds and in minutes, from the creation on', async () => {
  const { clock, meter, metrics, t0 } = await aMeteredEndpoint();
  await clock.advance(3 * MINUTE);
  const seconds = await meter.datapoints({ metric: SIZE, periodSeconds: 1, from: t0 - MINUTE, to: clock.now() });
  expect(seconds.map(({ at }) => at)).toEqual(Array.from({ length: 180 }, (_, index) => t0 + index * SECOND));
  const minutes = await meter.datapoints({ metric: SIZE, periodSeconds: 60, from: t0 - HOUR, to: clock.now() });
  const zeros = { unit: 'Count', count: 60, sum: 0, minimum: 0, maximum: 0 };
  expect(minutes).toEqual([0, 1, 2].map((minute) => ({ ...zeros, at: t0 + minute * MINUTE })));
  expect(await metrics.list({ limit: 10 })).toEqual([UP_METRIC]);
});

it('counts a first minute from the second of the creation on', async () => {
  const { catalog, clock, meter, t0 } = await aMeteredEndpoint();
  await clock.advance(90_500);
  const reader = await catalog.endpoints.get('reader');
  await catalog.endpoints.create('later', { ...reader!, name: 'later', createdAt: clock.now() });
  const query = { metric: backlogMetric('ApproximateBacklogSize', 'later'), periodSeconds: 60, from: t0 };
  const read = async () => {
    const points = await meter.datapoints({ ...query, to: t0 + 3 * MINUTE });
    return points.map(({ at, count }) => [(at - t0) / MINUTE, count]);
  };
  await clock.advance(89_500);
  expect(await read()).toEqual([
    [1, 30],
    [2, 60],
  ]);
  await clock.advance(MINUTE);
  expect(await read()).toEqual([
    [1, 30],
    [2, 60],
  ]);
});

it('averages a minute over all its seconds, though only the busy ones were written', async () => {
  const { clock, holds, meter, t0 } = await aMeteredEndpoint();
  holds(queued(10));
  await clock.advance(6 * SECOND);
  holds(EMPTY_BACKLOG);
  const expected = { at: t0, unit: 'Count', count: 60, sum: 60, minimum: 0, maximum: 10 };
  const minute = { metric: SIZE, periodSeconds: 60, from: t0, to: t0 + MINUTE };
  await clock.advance(54 * SECOND);
  expect(await meter.datapoints(minute)).toEqual([expected]);
  await clock.advance(2 * HOUR);
  expect(await meter.datapoints(minute)).toEqual([expected]);
});

it('returns nothing for the time in which Ebb did not run, or for a deleted endpoint', async () => {
  const { begin, catalog, clock, meter, t0 } = await aMeteredEndpoint();
  await clock.advance(2 * MINUTE);
  await meter.stop();
  await clock.advance(5 * MINUTE);
  const later = begin();
  await clock.advance(2 * MINUTE);
  const query = { metric: SIZE, periodSeconds: 60, from: t0, to: clock.now() };
  expect((await later.datapoints(query)).map(({ at }) => (at - t0) / MINUTE)).toEqual([0, 1, 7, 8]);
  await catalog.endpoints.delete('reader');
  expect(await later.datapoints(query)).toEqual([]);
});

it('does not read a second in which it was held up as a second without work', async () => {
  const { clock, fails, holds, meter, t0 } = await aMeteredEndpoint();
  holds(queued(3));
  await clock.advance(2 * SECOND);
  fails(true);
  await clock.advance(3 * SECOND);
  const seconds = async () =>
    (await meter.datapoints({ metric: SIZE, periodSeconds: 1, from: t0, to: clock.now() })).map(({ at, sum }) => [
      (at - t0) / SECOND,
      sum,
    ]);
  expect(await seconds()).toEqual([
    [0, 3],
    [1, 3],
  ]);
  fails(false);
  await clock.advance(SECOND);
  expect(await seconds()).toEqual([0, 1, 2, 3, 4, 5].map((second) => [second, 3]));
});

it('leaves a gap for the time in which it did not measure', async () => {
  const { clock, fails, holds, meter, t0 } = await aMeteredEndpoint();
  holds(queued(3));
  await clock.advance(2 * SECOND);
  fails(true);
  await clock.advance(20 * SECOND);
  fails(false);
  await clock.advance(2 * SECOND);
  const points = await meter.datapoints({ metric: SIZE, periodSeconds: 1, from: t0, to: clock.now() });
  expect(points.map(({ at }) => (at - t0) / SECOND)).toEqual([0, 1, 22, 23]);
});

it('counts periods from the start of the query, and returns whole periods only', async () => {
  const { clock, meter, t0 } = await aMeteredEndpoint();
  for (let second = 0; second < 300; second += 1) {
    meter.add('InvocationsProcessed', 'reader', 'AllTraffic', 1);
    meter.add('InvocationsProcessed', 'reader', 'AllTraffic', 1);
    await clock.advance(SECOND);
  }
  const metric = variantMetric('InvocationsProcessed', 'reader', 'AllTraffic');
  const read = async (periodSeconds: number, fromSeconds: number, toSeconds: number) => {
    const [from, to] = [t0 + fromSeconds * SECOND, t0 + toSeconds * SECOND];
    const points = await meter.datapoints({ metric, periodSeconds, from, to });
    return points.map(({ at, sum }) => [(at - t0) / SECOND, sum]);
  };
  expect(await read(10, 5, 29)).toEqual([
    [5, 20],
    [15, 20],
  ]);
  expect(await read(60, 30, 155)).toEqual([
    [30, 120],
    [90, 120],
  ]);
  expect(await read(120, 60, 300)).toEqual([
    [60, 240],
    [180, 240],
  ]);
});

it('hands each minute over once, and the unfinished minute at a stop', async () => {
  const { begin, clock, meter, metrics, t0 } = await aMeteredEndpoint();
  const metric = variantMetric('ModelLatency', 'reader', 'AllTraffic');
  meter.add('ModelLatency', 'reader', 'AllTraffic', 200);
  await clock.advance(30 * SECOND);
  meter.add('ModelLatency', 'reader', 'AllTraffic', 100);
  expect(await metrics.read(metric, 0, Infinity)).toEqual([]);
  await clock.advance(MINUTE);
  const first = { at: t0, unit: 'Microseconds', count: 2, sum: 300, minimum: 100, maximum: 200 };
  expect(await metrics.read(metric, 0, Infinity)).toEqual([first]);
  meter.add('ModelLatency', 'reader', 'AllTraffic', 50);
  await meter.stop();
  const again = begin();
  again.add('ModelLatency', 'reader', 'AllTraffic', 10);
  await clock.advance(MINUTE);
  const second = { at: t0 + MINUTE, unit: 'Microseconds', count: 2, sum: 60, minimum: 10, maximum: 50 };
  expect(await metrics.read(metric, 0, Infinity)).toEqual([first, second]);
  expect(await again.datapoints({ metric, periodSeconds: 60, from: t0, to: clock.now() })).toEqual([first, second]);
});

it('continues while the store fails, and stores the minutes later', async () => {
  const { clock, meter, metrics, t0 } = await aMeteredEndpoint();
  const metric = variantMetric('ModelLatency', 'reader', 'AllTraffic');
  const { record } = metrics;
  metrics.record = async () => {
    throw new EbbError('StorageFull', 'There is no room.');
  };
  meter.add('ModelLatency', 'reader', 'AllTraffic', 1);
  await clock.advance(40 * MINUTE);
  const query = { metric, periodSeconds: 60, from: t0, to: clock.now() };
  expect(await meter.datapoints(query)).toMatchObject([{ at: t0, sum: 1 }]);
  metrics.record = record;
  await clock.advance(MINUTE);
  expect(await metrics.read(metric, 0, Infinity)).toMatchObject([{ at: t0, sum: 1 }]);
  expect(await meter.datapoints(query)).toMatchObject([{ at: t0, count: 1, sum: 1 }]);
});

it('takes the metrics that users put, up to two weeks back, and keeps their units apart', async () => {
  const { clock, meter, t0 } = await aMeteredEndpoint();
  await clock.advance(90 * SECOND);
  const metric = { namespace: 'Mine', name: 'Depth', dimensions: { Queue: 'a' } };
  const put = (at: number, value: number, unit: 'Count' | 'Bytes' = 'Count'): void =>
    meter.put([{ ...statisticSetOf(value, 2), metric, unit, at }]);
  const old = t0 - METRIC_RETENTION_MS + 24 * HOUR;
  put(old, 1);
  put(t0 + 30 * SECOND, 2);
  put(t0 + 80 * SECOND, 3);
  put(t0 + 80 * SECOND, 4, 'Bytes');
  const read = async (periodSeconds: number, from: number, unit?: 'Count') =>
    (await meter.datapoints({ metric, periodSeconds, from, to: t0 + 5 * MINUTE, unit })).map(({ at, sum }) => [
      at,
      sum,
    ]);
  const minutes = [
    [old, 2],
    [t0, 4],
    [t0 + MINUTE, 14],
  ];
  expect(await read(60, old)).toEqual(minutes);
  await clock.advance(5 * MINUTE);
  expect(await read(60, old)).toEqual(minutes);
  expect(await read(60, t0 + MINUTE, 'Count')).toEqual([[t0 + MINUTE, 6]]);
  expect(await read(10, t0)).toEqual([
    [t0 + 30 * SECOND, 4],
    [t0 + 80 * SECOND, 14],
  ]);
});

it('names the endpoints that are not at rest', async () => {
  const { clock, holds, meter } = await aMeteredEndpoint();
  expect(meter.activeSince(0)).toEqual([]);
  holds(queued(1));
  await clock.advance(2 * SECOND);
  holds(EMPTY_BACKLOG);
  await clock.advance(SECOND);
  const rested = clock.now();
  expect(meter.activeSince(rested)).toEqual(['reader']);
  await clock.advance(10 * SECOND);
  expect(meter.activeSince(rested + 1)).toEqual([]);
  meter.add('InvocationsProcessed', 'reader', 'AllTraffic', 1);
  expect(meter.activeSince(rested + 1)).toEqual(['reader']);
});

it('finds an endpoint whose signal was lost within a minute', async () => {
  const { asked, clock, invocations } = await aMeteredEndpoint();
  invocations.endpointsWithBacklog = async () => ['reader'];
  await clock.advance(MINUTE);
  expect(asked).toEqual([]);
  await clock.advance(SECOND);
  expect(asked).toEqual(['reader']);
});

it('shows the gauges and the totals of every endpoint until it is deleted', async () => {
  const { catalog, clock, holds, meter } = await aMeteredEndpoint();
  const instances = { starting: 0, inService: 2, draining: 0 };
  holds(queued(4), 2);
  expect(await meter.snapshot()).toEqual([
    {
      endpointName: 'reader',
      gauges: {
        ApproximateBacklogSize: 4,
        ApproximateBacklogSizePerInstance: 2,
        ApproximateAgeOfOldestRequest: 0,
        HasBacklogWithoutCapacity: 0,
      },
      variants: [{ variantName: 'AllTraffic', instances, totals: undefined }],
    },
  ]);
  meter.add('TimeInBacklog', 'reader', 'AllTraffic', 100);
  await clock.advance(2 * HOUR);
  meter.add('TimeInBacklog', 'reader', 'AllTraffic', 50);
  const [endpoint] = await meter.snapshot();
  expect(endpoint!.variants[0]!.totals!.get('TimeInBacklog')).toMatchObject({ count: 2, sum: 150 });

  const record = await catalog.endpoints.delete('reader');
  await clock.advance(MINUTE);
  expect(await meter.snapshot()).toEqual([]);
  await catalog.endpoints.create('reader', record!);
  expect((await meter.snapshot())[0]!.variants[0]!.totals).toBeUndefined();
});

it('refuses a call with too many metrics, and takes none of them', async () => {
  const { clock, meter, t0 } = await aMeteredEndpoint();
  const measurement = (name: string) => ({
    ...statisticSetOf(1),
    metric: { namespace: 'Mine', name, dimensions: {} },
    unit: 'Count' as const,
    at: clock.now(),
  });
  const some = (from: number, count: number) =>
    Array.from({ length: count }, (_, index) => measurement(`metric ${from + index}`));
  meter.put(some(0, 19_999));
  expect(() => meter.put(some(19_998, 3))).toThrow('At most 20000 metrics can be put within fifteen days.');
  meter.put(some(19_998, 2));
  await clock.advance(SECOND);
  const read = (name: string) =>
    meter.datapoints({ metric: measurement(name).metric, periodSeconds: 1, from: t0, to: clock.now() });
  expect(await read('metric 19998')).toMatchObject([{ sum: 2 }]);
  expect(await read('metric 20000')).toEqual([]);
});
