import Database from 'better-sqlite3';
import { EbbError } from '../../core/errors.js';

/** SQLite's codes for a failure of the store itself, under any statement. Extended codes begin with these. */
const STORE_FAILURES = ['FULL', 'IOERR', 'NOMEM', 'BUSY', 'LOCKED', 'READONLY', 'CORRUPT', 'NOTADB', 'CANTOPEN'];

/** Tells whether the store failed, as opposed to a single statement being wrong. */
export function isStoreFailure(error: unknown): error is InstanceType<typeof Database.SqliteError> {
  return (
    error instanceof Database.SqliteError && STORE_FAILURES.some((code) => error.code.startsWith(`SQLITE_${code}`))
  );
}

/** Returns `StorageFull` or `Unavailable` if the store called `name` failed, and any other error as it is. */
export function storeError(error: unknown, name: string): unknown {
  if (!isStoreFailure(error)) return error;
  return error.code.startsWith('SQLITE_FULL')
    ? new EbbError('StorageFull', `The ${name} has no room left: nothing was recorded.`, { cause: error })
    : new EbbError('Unavailable', `The ${name} cannot be used now: ${error.message}.`, { cause: error });
}
