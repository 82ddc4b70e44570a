import { sql } from '../../../sqlite/statement.js';
import type { AcceptedValues } from '../sqlite-row.js';

/** Statements that record new invocations. */
export const ACCEPTING = {
  accept: sql<AcceptedValues>(
    `INSERT INTO invocations
       (id, endpoint_name, accepted_at, expires_at, idempotency_key, place, submitted_by, input_bytes, details)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
  ),

  addTerm: sql<[term: string, sequence: number | bigint]>(
    `INSERT INTO invocation_terms (term, sequence) VALUES (?, ?)`,
  ),

  forgetIdempotencyKey: sql<[sequence: number]>(`UPDATE invocations SET idempotency_key = NULL WHERE sequence = ?`),

  markRedriven: sql<[redrivenAs: string, sequence: number]>(
    `UPDATE invocations SET redriven_as = ? WHERE sequence = ?`,
  ),
};
