import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteLedger } from '../../libs/drivers/ledger/open-sqlite.js';
import type { LedgerDriver, OpenedLedger } from './ledger-scene.js';
import { ledgerContract } from './ledger.contract.js';
import { outboxContract } from './outbox.contract.js';

function openIn(directory: string): OpenedLedger {
  const opened = openSqliteLedger(directory);
  return {
    ledger: opened.ledger,
    invocations: opened.invocations,
    outbox: opened.outbox,
    close() {
      opened.close();
      rmSync(directory, { recursive: true });
    },
    async reopen() {
      opened.close();
      return openIn(directory);
    },
  };
}

const sqlite: LedgerDriver = {
  name: 'SQLite',
  strictOrder: true,
  open: async () => openIn(mkdtempSync(join(tmpdir(), 'ebb-ledger-'))),
};

ledgerContract(sqlite);
outboxContract(sqlite);
