import type { z } from 'zod';
import type { AccessKey } from '../../../core/access/access-key.js';
import type { AuditEntry } from '../../../core/access/audit.js';
import type { accessKey } from './access-routes.js';

/** Returns an access key as it is shown: with the age and validity of its secrets, and without the secrets. */
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

/** Returns one entry of the audit record as it is shown. */
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
