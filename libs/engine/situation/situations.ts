import type { EndpointSituation } from '../../core/situation/endpoint-situation.js';
import { type Endpoint, endpointKey, isServing } from '../../core/endpoint/endpoint.js';
import type { Invocation } from '../../core/invocation/invocation.js';
import type { InvocationSituation } from '../../core/situation/why-waiting.js';
import { describeVariants } from './describe-variants.js';
import type { InstanceStatus } from '../instance/instance-view.js';
import type { World } from '../world.js';

/** Describes the situation of endpoints and invocations, with the facts that explain it. */
export class Situations {
  constructor(
    private readonly world: Pick<World, 'catalog' | 'clock' | 'invocations' | 'place'>,
    private readonly instances: InstanceStatus,
    /** The longest time that an idle instance is kept, if its endpoint does not set one. */
    private readonly settings: { readonly maxKeepWarmMs: number },
  ) {}

  async ofEndpoint(endpoint: Endpoint, signal?: AbortSignal): Promise<EndpointSituation> {
    const backlog = await this.world.invocations.backlog(endpoint.name, signal);
    const { maxKeepWarmMs } = this.settings;
    const variants = await describeVariants(this.world, this.instances, { endpoint, backlog, maxKeepWarmMs });
    return { endpoint, backlog, instances: this.instances.counts(endpoint.name), variants };
  }

  /** Describes an invocation. The endpoint and its instances are read only while the invocation is not settled. */
  async ofInvocation(invocation: Invocation): Promise<InvocationSituation> {
    const { catalog, clock } = this.world;
    const { endpointName, id, state } = invocation;
    const now = clock.now();
    if (state === 'Running') {
      return { now, invocation, instanceId: this.instances.instanceRunning(endpointName, id), variants: [] };
    }
    if (state !== 'Queued') return { now, invocation, variants: [] };
    const endpoint = await catalog.endpoints.get(endpointKey(endpointName));
    if (!endpoint || !isServing(endpoint)) return { now, invocation, endpoint, variants: [] };
    const { variants } = await this.ofEndpoint(endpoint);
    return { now, invocation, endpoint, variants: variants.map(({ situation }) => situation) };
  }
}
