import { messageOf } from '../../core/errors.js';
import { type Invocation, LEASE_MS, LEASE_RENEWAL_MS } from '../../core/invocation/invocation.js';
import type { Lease } from '../../core/ports/ledger.js';
import { type HeldLease, heldLease } from './held-lease.js';
import { Abandoned } from '../instance/slot.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** A lease that this worker holds, with the controller that ends the attempt under it. */
export interface Holding {
  readonly lease: HeldLease;
  readonly abandon: AbortController;
}

/**
 * The leases that this worker holds. Renews them, and ends an attempt if its lease is lost or its invocation is
 * cancelled.
 */
export class HeldLeases {
  /** By the id of the invocation and the attempt. */
  private readonly holdings = new Map<string, Holding>();
  private readonly renewals: Rounds;

  constructor(private readonly world: Pick<World, 'clock' | 'invocations' | 'ledger' | 'log'>) {
    this.renewals = new Rounds(world.clock, () => this.renewOrRetry());
  }

  start(): void {
    this.renewals.start(this.world.clock.now() + LEASE_RENEWAL_MS);
  }

  /** Renews no more. Resolves when no renewal is in progress. */
  async stop(): Promise<void> {
    await this.renewals.stop();
  }

  get count(): number {
    return this.holdings.size;
  }

  /** Holds the lease of an invocation that was leased just now, until it is dropped. */
  hold(invocation: Invocation): Holding {
    const lease = heldLease(invocation, this.world.clock.now());
    const holding: Holding = { lease, abandon: new AbortController() };
    this.holdings.set(leaseKey(lease), holding);
    return holding;
  }

  drop({ lease }: Holding): void {
    this.holdings.delete(leaseKey(lease));
  }

  /** Ends all attempts at an invocation that was cancelled. */
  cancel(invocationId: string): void {
    for (const { lease, abandon } of this.holdings.values()) {
      if (lease.invocationId !== invocationId) continue;
      lease.isCancelled = true;
      abandon.abort(new Abandoned({ kind: 'cancelled' }));
    }
  }

  /** Ends all attempts. Their invocations go back to the backlog, and the attempts do not count. */
  abandonAll(): void {
    for (const { abandon } of this.holdings.values()) abandon.abort(new Abandoned({ kind: 'worker-stopped' }));
  }

  private async renewOrRetry(): Promise<number> {
    try {
      await this.renew();
    } catch (error) {
      const reason = messageOf(error);
      if (!this.renewals.signal.aborted)
        this.world.log.error('The ledger did not answer; leases may run out', { reason });
    }
    return this.world.clock.now() + LEASE_RENEWAL_MS;
  }

  /**
   * Renews all leases. If the ledger does not renew a lease, another worker holds it by now, or its invocation was
   * cancelled.
   */
  private async renew(): Promise<void> {
    const held = [...this.holdings.values()];
    if (held.length === 0) return;
    const leasedUntil = this.world.clock.now() + LEASE_MS;
    const renewed = await this.world.ledger.renew(
      held.map(({ lease }) => lease),
      leasedUntil,
    );
    const stillHeld = new Set(renewed.map(leaseKey));
    for (const { lease, abandon } of held) {
      if (stillHeld.has(leaseKey(lease))) lease.leasedUntil = leasedUntil;
      else if (!abandon.signal.aborted) abandon.abort(new Abandoned({ kind: await this.whyLost(lease) }));
    }
  }

  /** Returns why a lease was lost: the signal of a cancellation may not have arrived. */
  private async whyLost({ invocationId }: Lease): Promise<'cancelled' | 'worker-stopped'> {
    const invocation = await this.world.invocations.find(invocationId);
    return invocation?.state === 'Cancelled' ? 'cancelled' : 'worker-stopped';
  }
}

function leaseKey({ invocationId, attempt }: Lease): string {
  return `${invocationId}/${attempt}`;
}
