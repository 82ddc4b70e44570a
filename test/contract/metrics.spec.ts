import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METRIC_PERIOD_MS } from '../../libs/core/metric/metric.js';
import { openDatabase } from '../../libs/drivers/sqlite/open-database.js';
import { METRICS_DATABASE } from '../../libs/drivers/metrics/sqlite/sqlite-database.js';
import { SqliteMetrics } from '../../libs/drivers/metrics/sqlite.js';
import { MemoryMetrics } from '../support/memory-metrics.js';
import { NOW, aMetric, aRecord, metricsContract } from './metrics.contract.js';

describe('the memory metrics', () => {
  metricsContract(() => new MemoryMetrics());
});

describe('the SQLite metrics', () => {
  let directory: string;
  let opened: SqliteMetrics[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ebb-metrics-'));
    opened = [];
  });

  afterEach(() => {
    for (const metrics of opened) metrics.close();
    rmSync(directory, { recursive: true });
  });

  const open = (): SqliteMetrics => {
    const metrics = SqliteMetrics.open(directory);
    opened.push(metrics);
    return metrics;
  };

  describe('as every driver', () => {
    metricsContract(open);
  });

  it('keep everything when they are closed and opened again', async () => {
    const before = open();
    await before.record([aRecord(aMetric('depth'), NOW, 1)], NOW);
    before.close();
    const after = open();
    await after.record([aRecord(aMetric('depth'), NOW, 2)], NOW);
    expect(await after.read(aMetric('depth'), 0, Infinity)).toMatchObject([{ at: NOW, count: 2, sum: 3 }]);
  });

  it('belong to one process at a time and say so', () => {
    open();
    expect(() => SqliteMetrics.open(directory)).toThrow(/in use by another Ebb process/);
  });

  it('record all or nothing on a full disk, report it, and continue', async () => {
    const database = openDatabase(directory, METRICS_DATABASE);
    const metrics = new SqliteMetrics(database);
    opened.push(metrics);
    await metrics.record([aRecord(aMetric('small'), NOW, 1)], NOW);
    database.pragma('max_page_count = 30');
    const many = Array.from({ length: 5_000 }, (_, index) => aRecord(aMetric(`metric ${index}`), NOW, 1));
    await expect(metrics.record([aRecord(aMetric('small'), NOW, 1), ...many], NOW)).rejects.toMatchObject({
      code: 'StorageFull',
    });
    await metrics.record([aRecord(aMetric('small'), NOW + METRIC_PERIOD_MS, 5)], NOW);
    expect((await metrics.read(aMetric('small'), 0, Infinity)).map(({ sum }) => sum)).toEqual([1, 5]);
    expect(await metrics.list({ limit: 10 })).toHaveLength(1);
  });

  it('refuse everything once they are closed', async () => {
    const metrics = open();
    metrics.close();
    await expect(metrics.record([aRecord(aMetric('depth'), NOW, 1)], NOW)).rejects.toMatchObject({
      code: 'Unavailable',
    });
  });
});
