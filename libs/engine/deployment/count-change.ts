import { type LaunchFailures, isHopeless } from '../../core/instance/crash-loop.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { type DeployedVariant, startupTimeoutMs } from '../../core/endpoint/variant.js';
import type { Capacity } from '../instance/capacity.js';
import type { World } from '../world.js';

/**
 * Sees to the end of instance counts that were set by hand: the endpoint is in service again when they are reached, and
 * back at those before, with the reason, where the instances cannot be had.
 */
export class CountChange {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'signals'>,
    private readonly capacity: Pick<Capacity, 'counts' | 'launchFailures'>,
    private readonly leadership: { readonly isLeading: boolean },
  ) {}

  /** The counts themselves are the scaler's to see to. Nothing is done where the lead was lost meanwhile. */
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

  /** What is too much goes when it is idle, and nobody has to wait for that. */
  private isReached(endpoint: Endpoint, { name, deploymentId, desiredInstanceCount }: DeployedVariant): boolean {
    return this.capacity.counts(endpoint.name, name, deploymentId).inService >= desiredInstanceCount;
  }

  /** What failed before the counts were changed says nothing of now. */
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
