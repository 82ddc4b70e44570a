import { type Endpoint, endpointKey } from '../../libs/core/endpoint/endpoint.js';
import type { LaunchFailures } from '../../libs/core/instance/crash-loop.js';
import { EndpointCreation } from '../../libs/engine/deployment/endpoint-creation.js';
import { EndpointDeletion } from '../../libs/engine/deployment/endpoint-deletion.js';
import type { World } from '../../libs/engine/world.js';

const ALL_THERE = { starting: 0, inService: Infinity, draining: 0 };
const NONE_LEFT = { starting: 0, inService: 0, draining: 0 };

/** Takes endpoints through their life as the autoscaler does, with instances that come, fail and go as a test says. */
export class EndpointLife {
  constructor(private readonly world: World) {}

  /** All instances that it starts with have come; where it starts with none, it is proven. */
  async inService(name: string): Promise<void> {
    const capacity = { counts: () => ALL_THERE, launchFailures: () => undefined, meetTargets: () => [] };
    await new EndpointCreation(this.world, capacity).advance(await this.read(name), new AbortController().signal);
  }

  /** Its instances cannot be had, for this reason. */
  async failed(name: string, lastReason: string): Promise<void> {
    const failures: LaunchFailures = {
      count: 1,
      faults: 1,
      since: 0,
      lastAt: 0,
      lastLaunchedAt: 0,
      lastReason,
      lastEnd: 'never-healthy',
      permanent: true,
    };
    const capacity = { counts: () => NONE_LEFT, launchFailures: () => failures, meetTargets: () => [] };
    await new EndpointCreation(this.world, capacity).advance(await this.read(name), new AbortController().signal);
  }

  /** Its last instance is gone. */
  async deleted(name: string): Promise<void> {
    const capacity = { counts: () => NONE_LEFT, drainAll: () => [], forget: () => {}, meetTargets: () => [] };
    await new EndpointDeletion(this.world, capacity, { forget: async () => {} }).advance(await this.read(name));
  }

  private async read(name: string): Promise<Endpoint> {
    return (await this.world.catalog.endpoints.get(endpointKey(name)))!;
  }
}
