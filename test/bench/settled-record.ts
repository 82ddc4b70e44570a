import { join } from 'node:path';
import Database from 'better-sqlite3';

/** An invocation as the ledger recorded it, in milliseconds since the epoch. */
export interface SettledInvocation {
  readonly startedAt: number;
  readonly settledAt: number;
}

/** Reads what was completed on an endpoint out of the ledger of an Ebb that has ended: its own word, not an estimate. */
export function readCompleted(dataDirectory: string, endpointName: string): SettledInvocation[] {
  const database = new Database(join(dataDirectory, 'ledger.sqlite'), { readonly: true });
  try {
    return database
      .prepare<[string], SettledInvocation>(
        `SELECT started_at AS startedAt, settled_at AS settledAt FROM invocations
         WHERE state = 'Completed' AND endpoint_name = ? ORDER BY settled_at`,
      )
      .all(endpointName);
  } finally {
    database.close();
  }
}
