import { afterEach, beforeEach } from 'vitest';
import type { Invocation } from '../../libs/core/invocation/invocation.js';
import type { Invocations } from '../../libs/core/ports/invocations.js';
import type { Lease, Ledger, LeaseRequest } from '../../libs/core/ports/ledger.js';
import type { Outbox } from '../../libs/core/ports/outbox.js';
import { LEASED_UNTIL, NOW, sampleRequest } from './ledger-samples.js';

/** A ledger, and the outbox that its settlements write to, as a test gets them: empty. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly invocations: Invocations;
  readonly outbox: Outbox;
  close(): void | Promise<void>;
  /** Closes it and opens what it has written; absent where nothing outlives it. */
  reopen?(): Promise<OpenedLedger>;
}

/** What the contract suites need to know of a driver. */
export interface LedgerDriver {
  readonly name: string;
  open(): Promise<OpenedLedger>;
  /** Hands out strictly in the order of acceptance, and what is queued at once; calls take effect as they are made. */
  readonly strictOrder: boolean;
  /** How long something queued may take to become leasable, where it is not at once. */
  readonly patienceMs?: number;
}

/** A ledger of its own for each test of the `describe` that it is called in, and how tests lease from it. */
export function ledgerScene(driver: LedgerDriver) {
  let opened: OpenedLedger;

  beforeEach(async () => {
    opened = await driver.open();
  });
  afterEach(async () => opened.close());

  /** As many as there are up to `count`, with as much patience as the driver needs. */
  async function lease(count: number, change: Partial<LeaseRequest> = {}): Promise<Invocation[]> {
    const giveUpAt = performance.now() + (driver.patienceMs ?? 0);
    const leased: Invocation[] = [];
    do {
      const request = { endpointName: 'ocr', workerId: 'worker-1', now: NOW, leasedUntil: LEASED_UNTIL, ...change };
      leased.push(...(await opened.ledger.lease({ ...request, count: count - leased.length })));
      if ((await opened.invocations.backlog(request.endpointName)).queued === 0) break;
    } while (leased.length < count && performance.now() < giveUpAt);
    return leased;
  }

  return {
    strictOrder: driver.strictOrder,
    get ledger(): Ledger {
      return opened.ledger;
    },
    get invocations(): Invocations {
      return opened.invocations;
    },
    get outbox(): Outbox {
      return opened.outbox;
    },

    outlivesClosing: () => opened.reopen !== undefined,
    async reopen(): Promise<void> {
      opened = await opened.reopen!();
    },

    async accept(...numbers: number[]): Promise<void> {
      for (const number of numbers) await opened.ledger.accept(sampleRequest(number));
    },
    lease,
    async leaseOne(change: Partial<LeaseRequest> = {}): Promise<Invocation> {
      const [invocation] = await lease(1, change);
      if (!invocation) throw new Error('Nothing could be leased.');
      return invocation;
    },
    leaseExpired(count: number, now: number): Promise<Invocation[]> {
      return opened.ledger.leaseExpired({ workerId: 'sweeper', count, now, leasedUntil: now + 30_000 });
    },
  };
}

export type LedgerScene = ReturnType<typeof ledgerScene>;

export function idsOf(invocations: readonly Invocation[]): string[] {
  return invocations.map(({ id }) => id);
}

export function tokenOf({ id, attempt }: Pick<Invocation, 'id' | 'attempt'>): Lease {
  return { invocationId: id, attempt };
}
