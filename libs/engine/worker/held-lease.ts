import { type Invocation, LEASE_MS, LEASE_RENEWAL_MS } from '../../core/invocation/invocation.js';
import type { Lease } from '../../core/ports/ledger.js';
import type { World } from '../world.js';

/** The right to bring an invocation on, as its holder knows it. */
export interface HeldLease extends Lease {
  /** Until when nobody else can have it. */
  leasedUntil: number;
  /** The invocation has been cancelled meanwhile, as far as its holder has heard. */
  isCancelled?: boolean;
}

/** The lease of an invocation that was leased just now. */
export function heldLease({ id, attempt, leasedUntil }: Invocation, now: number): HeldLease {
  return { invocationId: id, attempt, leasedUntil: leasedUntil ?? now };
}

/**
 * Whether nobody else can hold the invocation for some time to come. By the clock, nobody can until the lease has run
 * out; near its end it is renewed first, and the clock is read again after that: the process may have slept meanwhile.
 */
export async function isStillHeld(world: Pick<World, 'clock' | 'ledger'>, lease: HeldLease): Promise<boolean> {
  while (!lease.isCancelled && world.clock.now() >= lease.leasedUntil - LEASE_RENEWAL_MS) {
    const leasedUntil = world.clock.now() + LEASE_MS;
    const held = await world.ledger.renew([lease], leasedUntil);
    if (held.length === 0) return false;
    lease.leasedUntil = leasedUntil;
  }
  return lease.isCancelled !== true;
}
