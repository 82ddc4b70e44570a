import { messageOf } from '../../core/errors.js';
import { type Invocation, LEASE_MS } from '../../core/invocation/invocation.js';
import type { Fleet } from '../instance/fleet.js';
import type { Slot } from '../instance/slot.js';
import { PerEndpoint } from '../per-endpoint.js';
import type { World } from '../world.js';

/** At most this many invocations are leased at once; what is left is leased in the next round. */
const MAX_LEASE_BATCH = 64;
/** How long to wait after the ledger failed before it is asked again. */
const LEDGER_RETRY_MS = 1_000;

/** Hands out the work of endpoints whose instances have free slots: takes slots, then leases as many invocations. */
export class Dispatcher {
  private readonly agents: PerEndpoint;

  constructor(
    private readonly world: Pick<World, 'clock' | 'ledger' | 'log'>,
    private readonly fleet: Pick<Fleet, 'giveBack' | 'hasFreeSlot' | 'reserve'>,
    private readonly workerId: string,
    /** Begins an attempt at an invocation that was leased for a slot. */
    private readonly begin: (invocation: Invocation, slot: Slot) => void,
  ) {
    this.agents = new PerEndpoint(world.clock, {
      look: (endpointName) => this.dispatchSome(endpointName),
      onFailure: (endpointName, error) => this.reportFailure(endpointName, error),
      shortestIntervalMs: 0,
      retryMs: LEDGER_RETRY_MS,
      // A ledger that fails is not asked at every signal.
      shortestRetryMs: LEDGER_RETRY_MS,
    });
  }

  /** Looks for work of an endpoint, unless no instance of it could take any. */
  dispatch(endpointName: string): void {
    if (this.agents.has(endpointName) || this.fleet.hasFreeSlot(endpointName)) this.agents.tell(endpointName);
  }

  /** Leases no more. Resolves when all that was leased has begun. */
  async stop(): Promise<void> {
    await this.agents.stop();
  }

  /** Slots are taken before work is, so that nothing is leased that cannot start at once. */
  private async dispatchSome(endpointName: string): Promise<number | undefined> {
    const slots = this.fleet.reserve(endpointName, MAX_LEASE_BATCH);
    if (slots.length === 0) return undefined;
    const now = this.world.clock.now();
    let leased: Invocation[] = [];
    try {
      leased = await this.world.ledger.lease({
        endpointName,
        workerId: this.workerId,
        count: slots.length,
        now,
        leasedUntil: now + LEASE_MS,
        slots: slots.map(({ instanceId, variantName, instanceReadyAt }) => ({
          instanceId,
          variantName,
          instanceReadyAt,
        })),
      });
    } finally {
      for (const slot of slots.slice(leased.length)) this.fleet.giveBack(slot);
    }
    for (const [index, invocation] of leased.entries()) this.begin(invocation, slots[index]!);
    // Where all slots got work there may be more of it, and more slots.
    return leased.length === slots.length ? now : undefined;
  }

  private reportFailure(endpointName: string, error: unknown): void {
    this.world.log.error('The ledger could not hand out work; trying again', {
      endpoint: endpointName,
      reason: messageOf(error),
    });
  }
}
