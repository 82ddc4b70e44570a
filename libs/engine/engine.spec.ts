import { expect, it } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../test/support/memory-world.js';
import { stepPolicy } from '../../test/support/policy-samples.js';
import { Engine } from './engine.js';
import { Fleet } from './instance/fleet.js';
import { putScalingPolicy } from './scaling/put-scaling-policy.js';
import { registerScalableTarget } from './scaling/register-scalable-target.js';

const SETTINGS = { pace: 'fast', promise: { kind: 'start', withinMs: 0 }, maxKeepWarmMs: 60_000 } as const;

it.each([0, 5])(
  'carries out an order to scale in that an earlier run did not live to carry out; a ping takes %i ms',
  async (pingMs) => {
    const parts = memoryWorld({ launch: () => ({ bootMs: 100 }) });
    const { catalog, clock, instances, world } = parts;
    const deployed = await deployEndpoint(parts, { maximum: 10 });
    const variant = { endpointName: 'reader', variantName: 'AllTraffic' };
    await registerScalableTarget(world, { ...variant, minCapacity: 0, maxCapacity: 10 });
    const { name, rule } = stepPolicy('steps');
    await putScalingPolicy(world, { ...variant, name, rule });
    new Fleet(world).launch(deployed, deployed.variants[0]!, 3);
    await clock.advance(1_000);
    await catalog.endpoints.update('reader', (current) => ({
      ...current,
      variants: current.variants.map((each) => ({ ...each, desiredInstanceCount: 1 })),
    }));
    const ping = instances.ping.bind(instances);
    instances.ping = async (instanceId, signal) => {
      if (pingMs > 0) await clock.sleep(pingMs, signal);
      return ping(instanceId, signal);
    };
    const engine = new Engine(world, 'successor', SETTINGS);
    await engine.start();
    await clock.advance(600_000);
    const [recorded] = (await catalog.endpoints.get('reader'))!.variants;
    expect(recorded!.desiredInstanceCount).toBe(1);
    expect(engine.fleet.counts('reader')).toMatchObject({ starting: 0, inService: 1, draining: 0 });
    await engine.stop();
  },
);
