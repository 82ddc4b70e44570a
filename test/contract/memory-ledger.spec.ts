import { MemoryLedger } from '../support/memory-ledger.js';
import type { LedgerDriver } from './ledger-scene.js';
import { ledgerContract } from './ledger.contract.js';
import { outboxContract } from './outbox.contract.js';

const memory: LedgerDriver = {
  name: 'Memory',
  strictOrder: true,
  async open() {
    const ledger = new MemoryLedger();
    return { ledger, invocations: ledger.invocations, outbox: ledger.outbox, close() {} };
  },
};

ledgerContract(memory);
outboxContract(memory);
