import { isPassing } from '../../core/endpoint/endpoint-status.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { messageOf } from '../../core/errors.js';
import { endpointOf } from '../../core/ports/signals.js';
import type { CountChange } from '../deployment/count-change.js';
import type { EndpointCreation } from '../deployment/endpoint-creation.js';
import type { EndpointDeletion } from '../deployment/endpoint-deletion.js';
import type { EndpointRollOut } from '../deployment/endpoint-roll-out.js';
import type { Capacity } from '../instance/capacity.js';
import { PerEndpoint } from '../per-endpoint.js';
import { Rounds } from '../rounds.js';
import type { EndpointScaler } from '../scaling/scale-endpoint.js';
import type { World } from '../world.js';
import { reportCrashLoop } from './report-crash-loop.js';

/** What takes an endpoint one step further, by what is being done with it. */
export interface EndpointSteps {
  readonly creation: Pick<EndpointCreation, 'advance'>;
  readonly deletion: Pick<EndpointDeletion, 'advance' | 'clearUpAfter'>;
  readonly rollOut: Pick<EndpointRollOut, 'advance'>;
  readonly counts: Pick<CountChange, 'advance'>;
  readonly scaler: Pick<EndpointScaler, 'scale'>;
}

/** However many signals come, an endpoint is looked at no more often than this, but at once after a quiet time. */
const SHORTEST_INTERVAL_MS = 20;
/** How often everything is looked at although nothing called for it: a lost signal costs no more than this. */
const SWEEP_INTERVAL_MS = 10_000;
/** How long to wait after the catalog or the ledger failed before the next try. */
const RETRY_MS = 1_000;

/**
 * Looks at an endpoint when its backlog, its bounds or its instances change, and when time is due, and has it taken one
 * step further. Idle endpoints at zero cost nothing: no timer of theirs runs.
 */
export class AutoscalerLoop {
  private readonly agents: PerEndpoint;
  private readonly sweeps: Rounds;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'log' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'endpoints' | 'meetTargets' | 'route'>,
    private readonly steps: EndpointSteps,
    /** Only one process decides at a time. */
    private readonly leadership: { readonly isLeading: boolean },
  ) {
    this.agents = new PerEndpoint(world.clock, {
      look: (endpointName) => this.lookOnce(endpointName),
      onFailure: (endpoint, error) => {
        const reason = messageOf(error);
        world.log.error('A scaling decision failed; it is made again', { endpoint, reason });
      },
      shortestIntervalMs: SHORTEST_INTERVAL_MS,
      retryMs: RETRY_MS,
      shortestRetryMs: SHORTEST_INTERVAL_MS,
    });
    this.sweeps = new Rounds(world.clock, () => this.sweepOrRetry());
  }

  start(): void {
    this.unsubscribe = this.world.signals.subscribe((signal) => {
      const endpointName = endpointOf(signal);
      if (endpointName !== undefined) this.look(endpointName);
    });
    this.sweeps.start();
  }

  /** Decides nothing more; resolves when no decision is being carried out. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await Promise.all([this.sweeps.stop(), this.agents.stop()]);
  }

  /** Asks for a look at an endpoint now; one that is under way is followed by another. */
  look(endpointName: string): void {
    if (this.leadership.isLeading) this.agents.tell(endpointName);
  }

  /** Sweeps now, whenever the next sweep would be. */
  lookAtAll(): void {
    this.sweeps.call();
  }

  /** Returns when it should be looked at again even if nothing happens. */
  private async lookOnce(endpointName: string): Promise<number | undefined> {
    const { counts, creation, deletion, rollOut } = this.steps;
    const endpoint = await this.world.catalog.endpoints.get(endpointKey(endpointName));
    if (!endpoint || endpoint.name !== endpointName) {
      await deletion.clearUpAfter(endpointName);
      return undefined;
    }
    this.capacity.route(endpoint);
    const { deployment, status } = endpoint;
    switch (status) {
      case 'Creating':
        return creation.advance(endpoint, this.agents.signal);
      case 'Deleting':
        return deletion.advance(endpoint);
      case 'Failed':
      case 'OutOfService':
        this.capacity.meetTargets(endpoint);
        return undefined;
      case 'Updating':
      case 'RollingBack': {
        // Nothing scales while it is updated: its counts are the update's.
        if (deployment) return rollOut.advance({ ...endpoint, deployment });
        const dueAt = await this.scale(endpoint);
        await counts.advance(endpoint);
        return dueAt;
      }
      default:
        return this.scale(endpoint);
    }
  }

  private async scale(endpoint: Endpoint): Promise<number | undefined> {
    const { dueAt, met } = await this.steps.scaler.scale(endpoint);
    for (const { failures, variantName } of met) await reportCrashLoop(this.world, endpoint, variantName, failures);
    return dueAt;
  }

  private async sweepOrRetry(): Promise<number> {
    const { clock, log } = this.world;
    try {
      await this.sweep();
    } catch (error) {
      log.error('The catalog or the ledger did not answer; looking again', { reason: messageOf(error) });
    }
    return clock.now() + SWEEP_INTERVAL_MS;
  }

  /** Looks at the endpoints that are not at rest: with work, with instances, coming or going, or under their minimum. */
  private async sweep(): Promise<void> {
    const { catalog, invocations } = this.world;
    const names = new Set([...(await invocations.endpointsWithBacklog()), ...this.capacity.endpoints()]);
    for (const { name, status, variants } of await catalog.endpoints.all()) {
      const isOrdered = variants.some((variant) => variant.desiredInstanceCount > 0 || variant.wakeOrder);
      if (isPassing(status) || isOrdered) names.add(name);
    }
    for (const { endpointName, minCapacity } of await catalog.scalableTargets.all()) {
      if (minCapacity > 0) names.add(endpointName);
    }
    for (const name of names) this.look(name);
  }
}
