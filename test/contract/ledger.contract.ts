import { describe } from 'vitest';
import { ledgerQueueContract } from './ledger-queue.contract.js';
import { randomLedgerSequences } from './ledger-random.js';
import { ledgerRecordContract } from './ledger-record.contract.js';
import { ledgerScene, type LedgerDriver } from './ledger-scene.js';

/** What every driver of the `Ledger` port keeps of what the port promises. */
export function ledgerContract(driver: LedgerDriver): void {
  describe(`${driver.name} as a ledger`, () => {
    const scene = ledgerScene(driver);
    ledgerRecordContract(scene);
    ledgerQueueContract(scene);
    randomLedgerSequences(scene);
  });
}
