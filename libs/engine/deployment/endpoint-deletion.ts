import { type Endpoint, endpointKey } from '../../core/endpoint/endpoint.js';
import type { Capacity } from '../instance/capacity.js';
import { forgetScalableTargets } from '../scaling/forget-scalable-target.js';
import { settleBacklog } from '../worker/settle-backlog.js';
import type { World } from '../world.js';

/** How long a deletion waits for invocations that are still held by somebody. */
const LAST_RETURN_MS = 200;

/**
 * Unmakes endpoints that are Deleting: their instances finish what they run and go; then what is still queued is settled,
 * and the record goes.
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

  /** Takes one step, if there is one to take; returns when time alone calls for another look. */
  async advance(endpoint: Endpoint): Promise<number | undefined> {
    const { clock, invocations } = this.world;
    this.capacity.meetTargets(endpoint);
    const { starting, inService, draining } = this.capacity.counts(endpoint.name);
    if (starting + inService + draining > 0) return undefined;
    // What ran on the last instance may be on its way back to the backlog at this moment.
    const { running } = await invocations.backlog(endpoint.name);
    if (running > 0) return clock.now() + LAST_RETURN_MS;
    this.capacity.forget(endpoint);
    await this.finish(endpoint.name);
    return undefined;
  }

  /** Ends what is left under the name of an endpoint that is on record no more. */
  async clearUpAfter(endpointName: string): Promise<void> {
    this.capacity.drainAll(endpointName);
    // What was being accepted while its endpoint went has nobody else to settle it.
    await settleBacklog(this.world, endpointName, `The endpoint ${endpointName} does not exist any more.`);
  }

  /** No invocation may outlive its endpoint unsettled, so the record goes last: after a crash in between it is done again. */
  private async finish(endpointName: string): Promise<void> {
    const { catalog, signals } = this.world;
    const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
    if (endpoint?.status !== 'Deleting') return;
    const { name, variants } = endpoint;
    await settleBacklog(this.world, name, `The endpoint ${name} was deleted before it processed the request.`);
    await Promise.all(variants.map((variant) => this.histories.forget(name, variant.name)));
    // Again, for those that a crash kept from being forgotten when the deletion began.
    await forgetScalableTargets(this.world, name);
    await catalog.endpoints.delete(endpointKey(name));
    signals.notify({ kind: 'endpoint', endpointName: name });
  }
}
