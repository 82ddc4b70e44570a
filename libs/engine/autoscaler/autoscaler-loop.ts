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

/** The services that take an endpoint one step further, one for each kind of change. */
export interface EndpointSteps {
  readonly creation: Pick<EndpointCreation, 'advance'>;
  readonly deletion: Pick<EndpointDeletion, 'advance' | 'clearUpAfter'>;
  readonly rollOut: Pick<EndpointRollOut, 'advance'>;
  readonly counts: Pick<CountChange, 'advance'>;
  readonly scaler: Pick<EndpointScaler, 'scale'>;
}

/** The shortest time between two looks at one endpoint. The first signal after a pause is answered at once. */
const SHORTEST_INTERVAL_MS = 20;
/** The time between two sweeps over all endpoints. A lost signal costs at most this delay. */
const SWEEP_INTERVAL_MS = 10_000;
/** The wait before the next try if the catalog or the ledger failed. */
const RETRY_MS = 1_000;

/**
 * Looks at an endpoint when its backlog, its bounds or its instances change, or when a look is due, and has it taken
 * one step further. An idle endpoint at zero costs nothing, not even a timer.
 */
export class AutoscalerLoop {
  private readonly agents: PerEndpoint;
  private readonly sweeps: Rounds;
  private unsubscribe: () => void = () => undefined;

  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'log' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'endpoints' | 'meetTargets' | 'route'>,
    private readonly steps: EndpointSteps,
    /** Only the leader decides. */
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

  /** Decides nothing more. Resolves when no decision is being carried out. */
  async stop(): Promise<void> {
    this.unsubscribe();
    await Promise.all([this.sweeps.stop(), this.agents.stop()]);
  }

  /** Asks for a look at an endpoint now. If a look is under way, another one follows it. */
  look(endpointName: string): void {
    if (this.leadership.isLeading) this.agents.tell(endpointName);
  }

  /** Sweeps now instead of at the next due time. */
  lookAtAll(): void {
    this.sweeps.call();
  }

  /** Looks at an endpoint once. Returns when to look again even if nothing happens. */
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
        // During a deployment nothing else scales the endpoint: the deployment decides its counts.
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
      log.error('The catalog or the ledger did not answer; the autoscaler tries again', { reason: messageOf(error) });
    }
    return clock.now() + SWEEP_INTERVAL_MS;
  }

  /**
   * Looks at the endpoints that are not at rest: with a backlog, with instances, in a passing status, or under their
   * minimum.
   */
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
