import { endpointKey } from '../../core/endpoint/endpoint.js';
import { messageOf } from '../../core/errors.js';
import { type Invocation, LEASE_MS } from '../../core/invocation/invocation.js';
import { concludeAttempt } from './conclude-attempt.js';
import type { HeldLeases } from './held-leases.js';
import { measureInvocation } from './measure-invocation.js';
import type { Meter } from '../metric/meter.js';
import { Rounds } from '../rounds.js';
import type { World } from '../world.js';

/** The time between two searches for leases that ran out and invocations that expired. */
const RECLAIM_INTERVAL_MS = 5_000;
/** The most expired invocations that are settled at once. */
const MAX_EXPIRED_BATCH = 64;

/** The outcome of an invocation that was never attempted. */
const EXPIRED = { end: { kind: 'expired' } } as const;

/**
 * Regularly returns invocations whose lease ran out to the backlog, settles invocations that expired in the backlog,
 * and dispatches invocations whose signal was lost.
 */
export class Reclaimer {
  private readonly rounds: Rounds;

  constructor(
    private readonly world: Pick<
      World,
      'catalog' | 'clock' | 'invocations' | 'ledger' | 'log' | 'logs' | 'objects' | 'place' | 'publicUrl' | 'signals'
    >,
    private readonly workerId: string,
    private readonly leases: HeldLeases,
    private readonly meter: Pick<Meter, 'add'>,
    private readonly dispatch: (endpointName: string) => void,
  ) {
    this.rounds = new Rounds(world.clock, () => this.reclaimOrRetry());
  }

  start(): void {
    this.rounds.start(this.world.clock.now() + RECLAIM_INTERVAL_MS);
  }

  /** Searches no more. Resolves when the settling of expired invocations that has begun is done. */
  async stop(): Promise<void> {
    await this.rounds.stop();
  }

  private async reclaimOrRetry(): Promise<number> {
    try {
      await this.reclaim();
    } catch (error) {
      if (!this.rounds.signal.aborted) this.reportFailure(error);
    }
    return this.world.clock.now() + RECLAIM_INTERVAL_MS;
  }

  private async reclaim(): Promise<void> {
    const { invocations, ledger, signals, clock } = this.world;
    for (const endpointName of await ledger.reclaim(clock.now())) signals.notify({ kind: 'backlog', endpointName });
    await this.expireAll();
    for (const endpointName of await invocations.endpointsWithBacklog()) this.dispatch(endpointName);
  }

  private async expireAll(): Promise<void> {
    let expired: Invocation[];
    do {
      const now = this.world.clock.now();
      const request = { workerId: this.workerId, count: MAX_EXPIRED_BATCH, now, leasedUntil: now + LEASE_MS };
      expired = await this.world.ledger.leaseExpired(request);
      await Promise.all(expired.map((invocation) => this.expire(invocation)));
    } while (expired.length === MAX_EXPIRED_BATCH && !this.rounds.signal.aborted);
  }

  private async expire(invocation: Invocation): Promise<void> {
    const { endpointName } = invocation;
    const holding = this.leases.hold(invocation);
    try {
      const endpoint = await this.world.catalog.endpoints.get(endpointKey(endpointName));
      // It ran on no variant: its failure counts for the first one, which is nearly always the only one.
      const variantName = endpoint?.variants[0]?.name;
      const ended = { invocation, lease: holding.lease, attempt: EXPIRED, variantName };
      measureInvocation(this.meter, ended, await concludeAttempt(this.world, ended));
    } finally {
      this.leases.drop(holding);
    }
    this.world.signals.notify({ kind: 'backlog', endpointName });
  }

  private reportFailure(error: unknown): void {
    this.world.log.error('The search for expired leases and invocations failed; the worker tries again', {
      reason: messageOf(error),
    });
  }
}
