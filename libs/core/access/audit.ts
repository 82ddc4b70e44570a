import type { Role } from './caller.js';

/** One operating action: who did what, when, and how it was answered. It holds no body and no secret. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: number;
  /** Absent where nobody needs a key. */
  readonly keyId?: string;
  readonly callerName: string;
  readonly role: Role;
  /** A route's id, such as `pauseEndpoint`, or an AWS operation, such as `sagemaker:CreateEndpoint`. */
  readonly action: string;
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The address that the request came from. */
  readonly from?: string;
  readonly requestId: string;
  /** Absent until it is answered, and for ever where Ebb ended before. */
  readonly status?: number;
}

/** Entries are kept for so long, and no more than so many. */
export const AUDIT_RETENTION_MS = 90 * 86_400_000;
export const MAX_AUDIT_ENTRIES = 100_000;
