import type { EndpointStatus } from '../../core/endpoint/endpoint-status.js';
import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import { MAX_FAILURE_REASON_LENGTH } from '../../core/instance/instance-end.js';
import { finishDeletion } from '../endpoint/delete-endpoint.js';
import { launchSpec } from '../instance/launch-spec.js';
import type { World } from '../world.js';

/**
 * Writes down how far endpoints have come that are being made or unmade. Each method changes only an endpoint in the
 * status that it is meant for, so that being told twice, or too late, does no harm.
 */
export class EndpointDeployer implements DeploymentProgress {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'instances' | 'place' | 'signals'>,
    /** Settles what is still in the backlog of an endpoint that is about to be gone. */
    private readonly settleLeftovers: (endpoint: Endpoint) => Promise<void>,
  ) {}

  async inService(endpointName: string): Promise<void> {
    await this.endCreation(endpointName, 'InService');
  }

  /** `reason` is what users read as the endpoint's FailureReason. */
  async failed(endpointName: string, reason: string): Promise<void> {
    await this.endCreation(endpointName, 'Failed', reason.slice(0, MAX_FAILURE_REASON_LENGTH));
  }

  async deleted(endpointName: string): Promise<void> {
    await finishDeletion(this.world, endpointName, this.settleLeftovers);
  }

  /** Raises `ImageNotFound` or `ModelDataUnusable` where an instance of some variant could not be launched. */
  async prove(endpoint: Endpoint, signal: AbortSignal): Promise<void> {
    for (const variant of endpoint.variants) {
      await this.world.instances.check(launchSpec(endpoint.name, variant, this.world.clock.uniqueId()), signal);
    }
  }

  private async endCreation(name: string, status: EndpointStatus, failureReason?: string): Promise<void> {
    await this.world.catalog.endpoints.update(endpointKey(name), (current): Endpoint => {
      if (current.status !== 'Creating') return current;
      return { ...current, status, failureReason, modifiedAt: this.world.clock.now() };
    });
    this.world.signals.notify({ kind: 'endpoint', endpointName: name });
  }
}

/** What the loop tells of endpoints that are being made or unmade. */
export interface DeploymentProgress {
  /** Every instance that was asked for is in service, or none is and the config has been proven. Signals the change. */
  inService(endpointName: string): Promise<void>;
  failed(endpointName: string, reason: string): Promise<void>;
  /** Its instances are gone, and nothing of it runs any more. */
  deleted(endpointName: string): Promise<void>;
  /** Whether an endpoint that starts at zero could start at all; raises what is wrong. */
  prove(endpoint: Endpoint, signal: AbortSignal): Promise<void>;
}
