import { expect, it } from 'vitest';
import { AUDIT_RETENTION_MS, type AuditEntry } from '../../libs/core/access/audit.js';
import type { Audit, Catalog } from '../../libs/core/ports/catalog.js';

const AT = Date.UTC(2026, 0, 1);

/** The contract of every catalog's audit. `open` returns a fresh, empty catalog. */
export function auditContract(open: () => Promise<Catalog> | Catalog): void {
  const opened = async (...entries: AuditEntry[]): Promise<Audit> => {
    const { audit } = await open();
    for (const entry of entries) await audit.append(entry);
    return audit;
  };

  it('is empty at first', async () => {
    const audit = await opened();
    expect(await audit.list({ limit: 10 })).toEqual([]);
  });

  it('is read back in full, newest first', async () => {
    const bare = { ...auditEntry('2'), keyId: undefined, from: undefined };
    const audit = await opened(auditEntry('1', { status: 201 }), bare, auditEntry('3'));
    expect(await audit.list({ limit: 10 })).toEqual([auditEntry('3'), bare, auditEntry('1', { status: 201 })]);
  });

  it('records the status of the answer, once it is known', async () => {
    const audit = await opened(auditEntry('1'), auditEntry('2'));
    await audit.answered('1', 204);
    expect(await audit.list({ limit: 10 })).toEqual([auditEntry('2'), auditEntry('1', { status: 204 })]);
  });

  it('ignores the answer to an action that is not recorded', async () => {
    const audit = await opened();
    await audit.answered('1', 204);
    expect(await audit.list({ limit: 10 })).toEqual([]);
  });

  it('is read page by page', async () => {
    const audit = await opened(...['1', '2', '3', '4', '5'].map((id) => auditEntry(id)));
    expect(ids(await audit.list({ limit: 2 }))).toEqual(['5', '4']);
    expect(ids(await audit.list({ limit: 2, before: '4' }))).toEqual(['3', '2']);
    expect(ids(await audit.list({ limit: 2, before: '2' }))).toEqual(['1']);
  });

  it('is found by key', async () => {
    const audit = await opened(auditEntry('1', { keyId: 'a' }), auditEntry('2', { keyId: 'b' }), auditEntry('3'));
    expect(ids(await audit.list({ keyId: 'a', limit: 10 }))).toEqual(['1']);
    expect(ids(await audit.list({ keyId: 'c', limit: 10 }))).toEqual([]);
  });

  it('drops entries that are older than its retention', async () => {
    const audit = await opened(
      auditEntry('1'),
      auditEntry('2', { at: AT + 1 }),
      auditEntry('3', { at: AT + 1 + AUDIT_RETENTION_MS }),
    );
    expect(ids(await audit.list({ limit: 10 }))).toEqual(['3', '2']);
  });

  it('is not changed by a call that was aborted before it began', async () => {
    const audit = await opened();
    await expect(audit.append(auditEntry('1'), AbortSignal.abort(new Error('stop')))).rejects.toThrow('stop');
    expect(await audit.list({ limit: 10 })).toEqual([]);
  });
}

export function auditEntry(id: string, differences: Partial<AuditEntry> = {}): AuditEntry {
  return {
    id,
    at: AT,
    keyId: 'EBBKME',
    callerName: 'me',
    role: 'operate',
    action: 'pauseEndpoint',
    method: 'POST',
    path: '/v1/endpoints/reader/:pause',
    from: '127.0.0.1',
    requestId: 'r',
    ...differences,
  };
}

function ids(entries: readonly AuditEntry[]): string[] {
  return entries.map(({ id }) => id);
}
