import type Database from 'better-sqlite3';
import { type Prepared, prepareAll } from '../../sqlite/statement.js';
import { ACCEPTING } from './sql/accepting.js';
import { ENDING_ATTEMPTS } from './sql/ending-attempts.js';
import { HANDING_OUT } from './sql/handing-out.js';
import { LOOKING_UP } from './sql/looking-up.js';

/**
 * `INDEXED BY` names the index wherever SQLite would choose another one and slow down as the ledger grows. SQLite has
 * no statistics here.
 */
const LEDGER = { ...ACCEPTING, ...HANDING_OUT, ...ENDING_ATTEMPTS, ...LOOKING_UP };

/** The statements of the ledger, prepared. */
export type LedgerStatements = Prepared<typeof LEDGER>;

/** Prepares the statements of the ledger. */
export function ledgerStatements(database: Database.Database): LedgerStatements {
  return prepareAll(database, LEDGER);
}
