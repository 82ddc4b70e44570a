import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteCatalog } from '../../libs/drivers/catalog/sqlite.js';
import { MemoryCatalog } from '../support/memory-catalog.js';
import { activity, catalogContract, topic } from './catalog.contract.js';

describe('the memory catalog', () => {
  catalogContract(() => new MemoryCatalog());
});

describe('the SQLite catalog', () => {
  let directory: string;
  let opened: SqliteCatalog[];

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'ebb-catalog-'));
    opened = [];
  });

  afterEach(() => {
    for (const catalog of opened) catalog.close();
    rmSync(directory, { recursive: true });
  });

  const open = (): SqliteCatalog => {
    const catalog = SqliteCatalog.open(directory);
    opened.push(catalog);
    return catalog;
  };

  catalogContract(open);

  it('has everything again after it was closed and opened', async () => {
    const before = open();
    await before.topics.create('a', topic('a'));
    await before.topics.create('b', topic('b'));
    await before.topics.update('b', (current) => ({ ...current, name: 'changed' }));
    await before.topics.create('c', topic('c'));
    await before.topics.delete('c');
    await before.activities.record(activity('1'));
    before.close();

    const after = open();
    expect(await after.topics.all()).toEqual([topic('a'), { ...topic('b'), name: 'changed' }]);
    expect(await after.activities.list({ limit: 10 })).toEqual([activity('1')]);
  });

  it('belongs to one process at a time and says so', () => {
    open();
    expect(() => SqliteCatalog.open(directory)).toThrow(/in use by another Ebb process/);
  });

  it('refuses to write once it is closed, and shows nothing that it did not write', async () => {
    const catalog = open();
    catalog.close();
    await expect(catalog.topics.create('a', topic('a'))).rejects.toMatchObject({ code: 'Unavailable' });
    expect(await catalog.topics.get('a')).toBeUndefined();
  });

  it('does not touch a file that a newer version wrote', () => {
    open().close();
    const database = new Database(join(directory, 'catalog.sqlite'));
    database.pragma('user_version = 99');
    database.close();
    expect(() => SqliteCatalog.open(directory)).toThrow(/newer version of Ebb/);
  });
});
