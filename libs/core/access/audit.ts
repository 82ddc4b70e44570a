import type { Role } from './caller.js';

/** One operating action: who did it, when, and how it was answered. It holds no body and no secret. */
export interface AuditEntry {
  /** Sorts by time. */
  readonly id: string;
  readonly at: number;
  /** Absent if no key is needed. */
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
  /** Absent until the action is answered; stays absent if Ebb ended before that. */
  readonly status?: number;
}

/** How long audit entries are kept, and the most that are kept. */
export const AUDIT_RETENTION_MS = 90 * 86_400_000;
export const MAX_AUDIT_ENTRIES = 100_000;
