import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { EbbError } from '../../core/errors.js';

/** A store in one SQLite file of a data directory. */
export interface DatabasePlan {
  /** What messages call it; the file is `<name>.sqlite`. */
  readonly name: string;
  /** Applied in order; `user_version` counts how many have been. Written ones are never edited. */
  readonly migrations: readonly string[];
  readonly pragmas: readonly string[];
}

/**
 * Opens a store in a data directory, or in `:memory:`, for this process alone and brings its schema up to date. Raises
 * `Unavailable`, naming the directory, where another process has it open or it cannot be used.
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
    // Exclusive before WAL keeps the log's index in this process's memory, so nobody else can even read; the kernel
    // drops the lock with the process, however that ends.
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
  // Nothing is written when there is nothing to do: Ebb must be able to start on a full disk.
  if (version === migrations.length) return;
  for (const migration of migrations.slice(version)) database.exec(migration);
  database.pragma(`user_version = ${migrations.length}`);
}

function whyNot(dataDirectory: string, { name }: DatabasePlan, cause: unknown): string {
  if (cause instanceof Database.SqliteError && cause.code.startsWith('SQLITE_BUSY')) {
    return `The data directory '${dataDirectory}' is in use by another Ebb process: one process owns it at a time.`;
  }
  const reason = cause instanceof Error ? cause.message : String(cause);
  return `The ${name} in the data directory '${dataDirectory}' cannot be opened: ${reason}.`;
}
