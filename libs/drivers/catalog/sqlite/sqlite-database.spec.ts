import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { expect, it } from 'vitest';
import { openCatalogDatabase } from './sqlite-database.js';
import { SqliteCatalog } from '../sqlite.js';

it('opens an up-to-date catalog without writing, because the disk may be full', () => {
  const directory = mkdtempSync(join(tmpdir(), 'ebb-catalog-'));
  try {
    openCatalogDatabase(directory).close();
    const database = openCatalogDatabase(directory);
    const written = statSync(join(directory, 'catalog.sqlite-wal')).size;
    database.close();
    expect(written).toBe(0);
  } finally {
    rmSync(directory, { recursive: true });
  }
});

/** The schema of the first version. It must not change here, because databases with it exist. */
const FIRST_SCHEMA = `
  CREATE TABLE records (kind TEXT NOT NULL, key TEXT NOT NULL, record TEXT NOT NULL, PRIMARY KEY (kind, key))
    STRICT, WITHOUT ROWID;
  CREATE TABLE activities (id TEXT PRIMARY KEY, endpoint_name TEXT NOT NULL, variant_name TEXT NOT NULL,
    started_at INTEGER NOT NULL, activity TEXT NOT NULL) STRICT, WITHOUT ROWID;
  CREATE INDEX activities_by_variant ON activities (endpoint_name, variant_name, id);
  CREATE INDEX activities_by_start ON activities (started_at);
`;

it('migrates a catalog of the first version without losing a record', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'ebb-catalog-'));
  try {
    const first = new Database(join(directory, 'catalog.sqlite'));
    first.exec(FIRST_SCHEMA);
    first.prepare("INSERT INTO records VALUES ('model', 'ocr', '{\"name\":\"ocr\"}')").run();
    first.prepare('INSERT INTO activities VALUES (\'1\', \'ocr\', \'main\', 5, \'{"id":"1","from":0,"to":2}\')').run();
    first.pragma('user_version = 1');
    first.close();

    const catalog = SqliteCatalog.open(directory);
    expect(await catalog.models.all()).toEqual([{ name: 'ocr' }]);
    expect(await catalog.activities.list({ endpointName: 'ocr', limit: 10 })).toEqual([{ id: '1', from: 0, to: 2 }]);
    expect(await catalog.alarmHistory.list({ limit: 10 })).toEqual([]);
    catalog.close();
  } finally {
    rmSync(directory, { recursive: true });
  }
});
