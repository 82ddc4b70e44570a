import { LEASE_MS } from '../../core/invocation/invocation.js';
import { concludeAttempt } from './conclude-attempt.js';
import { heldLease } from './held-lease.js';
import type { World } from '../world.js';

/** The most invocations that are settled at once. */
const BATCH = 64;
/** The holder of the leases of invocations that are settled without being run. */
const WORKER_ID = 'endpoint-deletion';

/** Settles all queued invocations of an endpoint as Failed, each with its failure object and its notification. */
export async function settleBacklog(
  world: Pick<
    World,
    'clock' | 'invocations' | 'ledger' | 'log' | 'logs' | 'objects' | 'place' | 'publicUrl' | 'signals'
  >,
  endpointName: string,
  reason: string,
): Promise<void> {
  const attempt = { end: { kind: 'abandoned', reason } } as const;
  for (;;) {
    const now = world.clock.now();
    const request = { endpointName, workerId: WORKER_ID, count: BATCH, now, leasedUntil: now + LEASE_MS };
    const leased = await world.ledger.lease(request);
    if (leased.length === 0) return;
    await Promise.all(
      leased.map((invocation) => concludeAttempt(world, { invocation, lease: heldLease(invocation, now), attempt })),
    );
  }
}
