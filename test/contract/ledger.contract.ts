import { describe } from 'vitest';
import { ledgerQueueContract } from './ledger-queue.contract.js';
import { randomLedgerSequences } from './ledger-random.js';
import { ledgerRecordContract } from './ledger-record.contract.js';
import { ledgerScene, type LedgerDriver } from './ledger-scene.js';

/** The contract of every driver of the `Ledger` port. */
export function ledgerContract(driver: LedgerDriver): void {
  describe(`${driver.name} as a ledger`, () => {
    const scene = ledgerScene(driver);
    ledgerRecordContract(scene);
    ledgerQueueContract(scene);
    randomLedgerSequences(scene);
  });
}
