import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EbbError, messageOf } from '../../core/errors.js';

/** The name, schema and settings of a store in one SQLite file of a data directory. */
export interface DatabasePlan {
  /** The name in messages; the file is `<name>.sqlite`. */
  readonly name: string;
  /** Applied in order; `user_version` counts the applied ones. A released migration is never edited. */
  readonly migrations: readonly string[];
  readonly pragmas: readonly string[];
}

/**
 * Opens a store in a data directory, or in `:memory:`, for this process alone, and migrates its schema. Raises
 * `Unavailable`, which names the directory, if another process has the store open or it cannot be used.
 */
export function openDatabase(dataDirectory: string, plan: DatabasePlan): Database.Database {
  try {
    if (dataDirectory === ':memory:') return prepared(new Database(':memory:'), plan);
    mkdirSync(dataDirectory, { recursive: true });
    return prepared(new Database(join(dataDirectory, `${plan.name}.sqlite`), { timeout: 0 }), plan);
  } catch (cause) {
    throw new EbbError('Unavailable', whyNot(dataDirectory, plan, cause), { cause });
  }
}

function prepared(database: Database.Database, plan: DatabasePlan): Database.Database {
  try {
    // Exclusive mode before WAL keeps the log's index in this process's memory, so that no other process can even read.
    // The kernel releases the lock when the process ends in any way.
    database.pragma('locking_mode = EXCLUSIVE');
    database.pragma('journal_mode = WAL');
    for (const pragma of plan.pragmas) database.pragma(pragma);
    database.transaction(() => migrate(database, plan.migrations)).exclusive();
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function migrate(database: Database.Database, migrations: readonly string[]): void {
  const version = database.pragma('user_version', { simple: true }) as number;
  if (version > migrations.length) {
    throw new Error(`it was written by a newer version of Ebb (schema ${version}, known up to ${migrations.length})`);
  }
  // An up-to-date schema is not written to, because Ebb must be able to start on a full disk.
  if (version === migrations.length) return;
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.pragma(`user_version = ${migrations.length}`);
}

function whyNot(dataDirectory: string, { name }: DatabasePlan, cause: unknown): string {
  if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
    return `The data directory '${dataDirectory}' is in use by another Ebb process: one process owns it at a time.`;
  }
  const reason = messageOf(cause);
  return `The ${name} in the data directory '${dataDirectory}' cannot be opened: ${reason}.`;
}
