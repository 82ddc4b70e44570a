import type { z } from 'zod';
import type { AccessKey } from '../../../core/access/access-key.js';
import type { AuditEntry } from '../../../core/access/audit.js';
import type { accessKey } from './access-routes.js';

/** An access key as it is shown: when its secrets were made and how long they are good, and nothing else of them. */
export function formatAccessKey(key: AccessKey): z.input<typeof accessKey> {
  const { id, name, role, endpoints, quotas, createdAt, createdBy, lastUsedAt, revokedAt } = key;
  return {
    id,
    name,
    role,
    ...(endpoints && { endpoints: [...endpoints] }),
    ...(quotas && { quotas }),
    createdAt: iso(createdAt),
    createdBy,
    ...(lastUsedAt !== undefined && { lastUsedAt: iso(lastUsedAt) }),
    ...(revokedAt !== undefined && { revokedAt: iso(revokedAt) }),
    credentials: key.credentials.map(formatValidity),
    webhookSecrets: key.webhookSecrets.map(formatValidity),
  };
}

/** One entry of the audit record. */
export function formatAuditEntry(entry: AuditEntry): Omit<AuditEntry, 'at'> & { readonly at: string } {
  return { ...entry, at: iso(entry.at) };
}

function formatValidity(made: { readonly createdAt: number; readonly validUntil?: number }): {
  createdAt: string;
  validUntil?: string;
} {
  const { createdAt, validUntil } = made;
  return { createdAt: iso(createdAt), ...(validUntil !== undefined && { validUntil: iso(validUntil) }) };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
