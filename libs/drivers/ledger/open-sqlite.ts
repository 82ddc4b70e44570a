import { GroupCommit } from './sqlite/group-commit.js';
import { openLedgerDatabase } from './sqlite/sqlite-database.js';
import { SqliteInvocations } from './sqlite/sqlite-invocations.js';
import { SqliteOutbox } from './sqlite/sqlite-outbox.js';
import { ledgerStatements } from './sqlite/sqlite-statements.js';
import { UnsettledCounts } from './sqlite/unsettled-counts.js';
import { SqliteLedger } from './sqlite.js';

/** The ledger and the outbox of one data directory. This process owns the directory until `close`. */
export interface OpenLedger {
  readonly ledger: SqliteLedger;
  readonly invocations: SqliteInvocations;
  readonly outbox: SqliteOutbox;
  /** Commits the writes under way and gives up the directory. Later calls are refused as `Unavailable`. */
  close(): void;
}

/**
 * Opens or creates the ledger in a data directory, or one in `:memory:`. Raises `Unavailable` if it cannot be opened.
 */
export function openSqliteLedger(dataDirectory: string): OpenLedger {
  const database = openLedgerDatabase(dataDirectory);
  const group = new GroupCommit(database);
  const outbox = new SqliteOutbox(group);
  const sql = ledgerStatements(database);
  const counts = new UnsettledCounts(sql);
  return {
    ledger: new SqliteLedger(group, sql, counts, outbox),
    invocations: new SqliteInvocations(group, sql, counts),
    outbox,
    close() {
      group.close();
      database.close();
    },
  };
}
