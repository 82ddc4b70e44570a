import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { Capacity } from '../instance/capacity.js';
import { forgetScalableTargets } from '../scaling/forget-scalable-target.js';
import { settleBacklog } from '../worker/settle-backlog.js';
import type { World } from '../world.js';

/** The time between two looks while invocations of the endpoint are still leased. */
const LAST_RETURN_MS = 200;

/**
 * Removes endpoints that are Deleting. Their instances finish what they run and go; then the queued invocations are
 * settled, and the record goes.
 */
export class EndpointDeletion {
  constructor(
    private readonly world: Pick<
      World,
      'catalog' | 'clock' | 'invocations' | 'ledger' | 'log' | 'logs' | 'objects' | 'place' | 'publicUrl' | 'signals'
    >,
    private readonly capacity: Pick<Capacity, 'counts' | 'drainAll' | 'forget' | 'meetTargets'>,
    private readonly histories: { forget(endpointName: string, variantName: string): Promise<void> },
  ) {}

  /** Takes the next step, if there is one. Returns when to look again even if nothing happens. */
  async advance(endpoint: Endpoint): Promise<number | undefined> {
    const { clock, invocations } = this.world;
    this.capacity.meetTargets(endpoint);
    const { starting, inService, draining } = this.capacity.counts(endpoint.name);
    if (starting + inService + draining > 0) return undefined;
    // The last instance's invocations may be on their way back to the backlog at this moment.
    const { running } = await invocations.backlog(endpoint.name);
    if (running > 0) return clock.now() + LAST_RETURN_MS;
    this.capacity.forget(endpoint);
    await this.finish(endpoint.name);
    return undefined;
  }

  /** Drains the instances and settles the backlog of an endpoint that no longer exists. */
  async clearUpAfter(endpointName: string): Promise<void> {
    this.capacity.drainAll(endpointName);
    // An invocation may have been accepted while its endpoint was removed; only this settles it.
    await settleBacklog(this.world, endpointName, `The endpoint ${endpointName} does not exist any more.`);
  }

  /**
   * Settles the backlog and removes the endpoint. Every invocation is settled before the record goes; after a crash in
   * between all is done again.
   */
  private async finish(endpointName: string): Promise<void> {
    const { catalog, signals } = this.world;
    const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
    if (endpoint?.status !== 'Deleting') return;
    const { name, variants } = endpoint;
    await settleBacklog(this.world, name, `The endpoint ${name} was deleted before it processed the request.`);
    await Promise.all(variants.map((variant) => this.histories.forget(name, variant.name)));
    // Again, because a crash may have kept them from being removed when the deletion began.
    await forgetScalableTargets(this.world, name);
    await catalog.endpoints.delete(endpointKey(name));
    signals.notify({ kind: 'endpoint', endpointName: name });
  }
}
