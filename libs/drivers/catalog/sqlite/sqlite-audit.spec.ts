import { expect, it } from 'vitest';
import { type AuditEntry, MAX_AUDIT_ENTRIES } from '../../../core/access/audit.js';
import { SqliteAudit } from './sqlite-audit.js';
import { openCatalogDatabase } from './sqlite-database.js';

function entry(id: string): AuditEntry {
  return { id, at: 0, callerName: 'me', role: 'operate', action: 'a', method: 'POST', path: '/', requestId: 'r' };
}

it('keeps only the newest MAX_AUDIT_ENTRIES entries, even if all arrive at once', async () => {
  const database = openCatalogDatabase(':memory:');
  const audit = new SqliteAudit(database);
  await audit.append(entry('1'));
  await audit.append(entry('2'));
  // Numbered as if enough entries to fill the audit had been appended in between.
  database.prepare('UPDATE audit SET number = ? WHERE id = ?').run(MAX_AUDIT_ENTRIES, '2');
  await audit.append(entry('3'));
  expect((await audit.list({ limit: 10 })).map(({ id }) => id)).toEqual(['3', '2']);
  database.close();
});
