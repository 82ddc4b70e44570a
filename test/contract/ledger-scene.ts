import { afterEach, beforeEach } from 'vitest';
import type { Invocation } from '../../libs/core/invocation/invocation.js';
import type { Invocations } from '../../libs/core/ports/invocations.js';
import type { Lease, Ledger, LeaseRequest } from '../../libs/core/ports/ledger.js';
import type { Outbox } from '../../libs/core/ports/outbox.js';
import { LEASED_UNTIL, NOW, sampleRequest } from './ledger-samples.js';

/** An empty ledger for a test, and the outbox that its settlements write to. */
export interface OpenedLedger {
  readonly ledger: Ledger;
  readonly invocations: Invocations;
  readonly outbox: Outbox;
  close(): void | Promise<void>;
  /** Closes the ledger and opens what it has written; absent if nothing outlives it. */
  reopen?(): Promise<OpenedLedger>;
}

/** The properties of a driver that the contract suites need. */
export interface LedgerDriver {
  readonly name: string;
  open(): Promise<OpenedLedger>;
  /**
   * Whether the driver leases strictly in the order of acceptance, makes queued invocations leasable at once, and
   * applies calls in the order in which they are made.
   */
  readonly strictOrder: boolean;
  /** How long a queued invocation may take to become leasable, if that is not at once. */
  readonly patienceMs?: number;
}

/** Opens a ledger for each test of the `describe` that calls it, and gives tests the ways to lease from it. */
export function ledgerScene(driver: LedgerDriver) {
  let opened: OpenedLedger;

  beforeEach(async () => {
    opened = await driver.open();
  });
  afterEach(async () => opened.close());

  /** Leases as many invocations as there are, up to `count`, with as much patience as the driver needs. */
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
