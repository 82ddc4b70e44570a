import { messageOf } from '../../core/errors.js';
import { type Invocation, LEASE_MS } from '../../core/invocation/invocation.js';
import type { Fleet } from '../instance/fleet.js';
import type { Slot } from '../instance/slot.js';
import { PerEndpoint } from '../per-endpoint.js';
import type { World } from '../world.js';

/** The most invocations that are leased at once. The rest is leased in the next round. */
const MAX_LEASE_BATCH = 64;
/** The wait before the ledger is asked again if it failed. */
const LEDGER_RETRY_MS = 1_000;

/**
 * Hands out the invocations of endpoints whose instances have free slots. It reserves slots first, then leases at most
 * that many invocations.
 */
export class Dispatcher {
  private readonly agents: PerEndpoint;

  constructor(
    private readonly world: Pick<World, 'clock' | 'ledger' | 'log'>,
    private readonly fleet: Pick<Fleet, 'giveBack' | 'hasFreeSlot' | 'reserve'>,
    private readonly workerId: string,
    /** Begins an attempt at an invocation on the slot that it was leased for. */
    private readonly begin: (invocation: Invocation, slot: Slot) => void,
  ) {
    this.agents = new PerEndpoint(world.clock, {
      look: (endpointName) => this.dispatchSome(endpointName),
      onFailure: (endpointName, error) => this.reportFailure(endpointName, error),
      shortestIntervalMs: 0,
      retryMs: LEDGER_RETRY_MS,
      // A failing ledger is not asked at every signal.
      shortestRetryMs: LEDGER_RETRY_MS,
    });
  }

  /** Looks for invocations of an endpoint, unless none of its instances has a free slot. */
  dispatch(endpointName: string): void {
    if (this.agents.has(endpointName) || this.fleet.hasFreeSlot(endpointName)) this.agents.tell(endpointName);
  }

  /** Leases no more. Resolves when all leased invocations have begun. */
  async stop(): Promise<void> {
    await this.agents.stop();
  }

  /** Reserves slots before it leases, so that every leased invocation can start at once. */
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
    // If all slots got an invocation, more invocations may be queued and more slots may be free.
    return leased.length === slots.length ? now : undefined;
  }

  private reportFailure(endpointName: string, error: unknown): void {
    this.world.log.error('The ledger could not lease invocations; the worker tries again', {
      endpoint: endpointName,
      reason: messageOf(error),
    });
  }
}
