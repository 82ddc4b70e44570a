import { type Invocation, LEASE_MS, LEASE_RENEWAL_MS } from '../../core/invocation/invocation.js';
import type { Lease } from '../../core/ports/ledger.js';
import type { World } from '../world.js';

/** A lease as its holder knows it. */
export interface HeldLease extends Lease {
  /** The time until which no other worker can lease the invocation. */
  leasedUntil: number;
  /** Whether the holder knows that the invocation was cancelled meanwhile. */
  isCancelled?: boolean;
}

/** Returns the lease of an invocation that was leased just now. */
export function heldLease({ id, attempt, leasedUntil }: Invocation, now: number): HeldLease {
  return { invocationId: id, attempt, leasedUntil: leasedUntil ?? now };
}

/**
 * Returns whether this worker holds the invocation, and no other can lease it for some time. By the clock, no other can
 * until the lease runs out. Near its end the lease is renewed first, and the clock is read again after that, because
 * the process may have slept meanwhile.
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
