import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { openCatalogDatabase } from './sqlite-database.js';

it('writes nothing when it opens a catalog that is up to date, as the disk may be full', () => {
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
