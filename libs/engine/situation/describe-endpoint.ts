import type { EndpointSituation } from '../../core/situation/endpoint-situation.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { describeVariants } from './describe-situation.js';
import type { InstanceStatus } from '../instance/instance-view.js';
import type { World } from '../world.js';

/** Where an endpoint stands; `maxKeepWarmMs` is what holds where it says nothing else. */
export async function describeEndpoint(
  world: Pick<World, 'catalog' | 'clock' | 'ledger' | 'place'>,
  instances: InstanceStatus,
  endpoint: Endpoint,
  maxKeepWarmMs: number,
  signal?: AbortSignal,
): Promise<EndpointSituation> {
  const backlog = await world.ledger.backlog(endpoint.name, signal);
  const variants = await describeVariants(world, instances, { endpoint, backlog, maxKeepWarmMs });
  return { endpoint, backlog, instances: instances.counts(endpoint.name), variants };
}
