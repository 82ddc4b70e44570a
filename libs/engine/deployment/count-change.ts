import { type LaunchFailures, isHopeless } from '../../core/instance/crash-loop.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { type DeployedVariant, startupTimeoutMs } from '../../core/endpoint/variant.js';
import type { Capacity } from '../instance/capacity.js';
import type { World } from '../world.js';

/**
 * Concludes a change of instance counts by hand. The endpoint is in service again when the counts are reached. If the
 * instances cannot be had, it gets the counts from before, and the reason.
 */
export class CountChange {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'counts' | 'launchFailures'>,
    private readonly leadership: { readonly isLeading: boolean },
  ) {}

  /**
   * Concludes the change if it has succeeded or failed. The scaler moves the capacity to the counts. Does nothing if
   * this process has lost the lead.
   */
  async advance(endpoint: Endpoint): Promise<void> {
    if (!this.leadership.isLeading) return;
    const { countsBefore = {}, status, variants } = endpoint;
    const changing = variants.filter(({ name }) => name in countsBefore);
    const missing = changing.filter((variant) => !this.isReached(endpoint, variant));
    if (status === 'RollingBack' || missing.length === 0) {
      await this.record(endpoint, ({ countsBefore: _reached, ...current }) => ({ ...current, status: 'InService' }));
      return;
    }
    const failures = missing
      .map((variant) => this.failuresOf(endpoint, variant))
      .find((failed) => failed !== undefined);
    if (failures) await this.record(endpoint, (current) => rollingBack(current, failures.lastReason));
  }

  /** Surplus instances do not matter: they go when they are idle. */
  private isReached(endpoint: Endpoint, { name, deploymentId, desiredInstanceCount }: DeployedVariant): boolean {
    return this.capacity.counts(endpoint.name, name, deploymentId).inService >= desiredInstanceCount;
  }

  /** Launches that failed before the counts were changed do not count. */
  private failuresOf({ modifiedAt, name }: Endpoint, variant: DeployedVariant): LaunchFailures | undefined {
    const failures = this.capacity.launchFailures(name, variant.name, variant.deploymentId);
    const isGivenUp = isHopeless(failures, startupTimeoutMs(variant)) && failures.lastLaunchedAt >= modifiedAt;
    return isGivenUp ? failures : undefined;
  }

  private async record({ name, status }: Endpoint, change: (current: Endpoint) => Endpoint): Promise<void> {
    await this.world.catalog.endpoints.update(endpointKey(name), (current) =>
      current.status === status ? { ...change(current), modifiedAt: this.world.clock.now() } : current,
    );
    this.world.signals.notify({ kind: 'endpoint', endpointName: name });
  }
}

function rollingBack(endpoint: Endpoint, failureReason: string): Endpoint {
  const { countsBefore = {} } = endpoint;
  return {
    ...endpoint,
    status: 'RollingBack',
    failureReason,
    variants: endpoint.variants.map((variant) => ({
      ...variant,
      desiredInstanceCount: countsBefore[variant.name] ?? variant.desiredInstanceCount,
    })),
  };
}
