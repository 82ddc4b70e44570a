import type { EndpointStatus } from '../../core/endpoint/endpoint-status.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { startupTimeoutMs } from '../../core/endpoint/variant.js';
import { isOutage, messageOf } from '../../core/errors.js';
import { isHopeless } from '../../core/instance/crash-loop.js';
import { MAX_FAILURE_REASON_LENGTH } from '../../core/instance/instance-end.js';
import type { Capacity } from '../instance/capacity.js';
import { launchSpec } from '../instance/launch-spec.js';
import type { World } from '../world.js';

/** The wait before the next try if an outage kept an endpoint from being proven. */
const RETRY_MS = 1_000;

/**
 * Brings new endpoints into service. An endpoint is in service when all its initial instances are, or, if it starts at
 * zero, when it is proven that an instance could be launched. An endpoint whose instances cannot be had is Failed.
 */
export class EndpointCreation {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'instances' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'counts' | 'launchFailures' | 'meetTargets'>,
  ) {}

  /**
   * Takes the next step, if there is one. Returns when to look again even if nothing happens. `signal` calls off a
   * proof, which fails nothing.
   */
  async advance(endpoint: Endpoint, signal: AbortSignal): Promise<number | undefined> {
    const reason = this.whyHopeless(endpoint);
    if (reason !== undefined) {
      await this.end(endpoint.name, 'Failed', reason);
      return undefined;
    }
    const met = this.capacity.meetTargets(endpoint);
    if (this.isWhole(endpoint)) return this.declareReady(endpoint, signal);
    const launchableAt = Math.min(...met.map((each) => each.launchableAt));
    return launchableAt === Infinity ? undefined : launchableAt;
  }

  private whyHopeless({ name, variants }: Endpoint): string | undefined {
    for (const variant of variants) {
      const failures = this.capacity.launchFailures(name, variant.name, variant.deploymentId);
      if (isHopeless(failures, startupTimeoutMs(variant))) return failures.lastReason;
    }
    return undefined;
  }

  private isWhole(endpoint: Endpoint): boolean {
    return endpoint.variants.every(({ name, deploymentId, desiredInstanceCount }) => {
      return this.capacity.counts(endpoint.name, name, deploymentId).inService >= desiredInstanceCount;
    });
  }

  /** Returns when to try again if an outage kept the endpoint from being proven. */
  private async declareReady(endpoint: Endpoint, signal: AbortSignal): Promise<number | undefined> {
    const { createdAt, name, variants } = endpoint;
    const startsAtZero = variants.every(({ desiredInstanceCount }) => desiredInstanceCount === 0);
    try {
      if (startsAtZero) await this.prove(endpoint, signal);
    } catch (error) {
      if (signal.aborted) return undefined;
      const now = this.world.clock.now();
      const patienceMs = Math.max(...variants.map(startupTimeoutMs));
      if (isOutage(error) && now < createdAt + patienceMs) return now + RETRY_MS;
      await this.end(name, 'Failed', messageOf(error));
      return undefined;
    }
    await this.end(name, 'InService');
    return undefined;
  }

  /** Raises `ImageNotFound` or `ModelDataUnusable` if an instance of a variant could not be launched. */
  private async prove({ name, variants }: Endpoint, signal: AbortSignal): Promise<void> {
    for (const variant of variants) {
      await this.world.instances.check(launchSpec(name, variant, this.world.clock.uniqueId()), signal);
    }
  }

  /** Ends the creation of an endpoint that is still Creating; a later call changes nothing. */
  private async end(name: string, status: EndpointStatus, reason?: string): Promise<void> {
    const failureReason = reason?.slice(0, MAX_FAILURE_REASON_LENGTH);
    await this.world.catalog.endpoints.update(endpointKey(name), (current): Endpoint => {
      if (current.status !== 'Creating') return current;
      return { ...current, status, failureReason, modifiedAt: this.world.clock.now() };
    });
    this.world.signals.notify({ kind: 'endpoint', endpointName: name });
  }
}
