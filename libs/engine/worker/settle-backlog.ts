import type { AttemptEnd } from '../../core/invocation/attempt.js';
import { LEASE_MS } from '../../core/invocation/invocation.js';
import { writeDataLog } from './data-log.js';
import { settleInvocation } from './settle-invocation.js';
import type { World } from '../world.js';

/** How many are settled at once. */
const BATCH = 64;
/** Who holds the leases of invocations that nobody will run any more. */
const WORKER_ID = 'endpoint-deletion';

/** Settles everything that is queued on an endpoint as Failed, with its failure object and its notification. */
export async function settleBacklog(world: World, endpointName: string, reason: string): Promise<void> {
  const end: AttemptEnd = { kind: 'abandoned', reason };
  for (;;) {
    const now = world.clock.now();
    const leasedUntil = now + LEASE_MS;
    const request = { endpointName, workerId: WORKER_ID, count: BATCH, now, leasedUntil };
    const leased = await world.ledger.lease(request);
    if (leased.length === 0) return;
    await Promise.all(
      leased.map(async (invocation) => {
        const lease = { invocationId: invocation.id, attempt: invocation.attempt, leasedUntil };
        const consequence = await settleInvocation(world, invocation, lease, { end });
        if (consequence.kind === 'settled') writeDataLog(world, invocation, consequence.end);
      }),
    );
  }
}
