import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EbbError } from '../../../core/errors.js';
import { openCatalogDatabase } from './sqlite-database.js';
import { SqliteRecords } from './sqlite-records.js';

const LARGE = 'x'.repeat(100_000);

describe('records on a full disk', () => {
  let database: ReturnType<typeof openCatalogDatabase>;
  beforeEach(() => {
    database = openCatalogDatabase(':memory:');
    database.pragma('max_page_count = 16');
  });
  afterEach(() => database.close());

  it('refuse a write that does not fit, keep the old values, and take later writes', async () => {
    const records = new SqliteRecords<string>(database, 'text');
    await records.create('small', 'x');
    await expect(records.create('large', LARGE)).rejects.toEqual(
      new EbbError('StorageFull', 'The catalog has no room left: nothing was recorded.'),
    );
    await expect(records.update('small', () => LARGE)).rejects.toMatchObject({ code: 'StorageFull' });
    expect(await records.get('large')).toBeUndefined();
    expect(await records.get('small')).toBe('x');
    await records.update('small', () => 'y');
    expect(await new SqliteRecords<string>(database, 'text').all()).toEqual(['y']);
  });
});
