import { expect, it } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { highAlarm, reading, stepPolicy } from '../../../test/support/policy-samples.js';
import { EbbError } from '../../core/errors.js';
import { NOT_SUSPENDED, scalableTargetKey } from '../../core/scaling/scalable-target.js';
import type { PolicyReading } from '../../core/scaling/scaling-observation.js';
import { updateCapacities } from '../deployment/update-capacities.js';
import { Fleet } from '../instance/fleet.js';
import { EndpointScaler, type Learnt } from './scale-endpoint.js';
import { VariantHistories } from './variant-histories.js';

/** One action of a policy that adds an instance, which is due until it is taken, and again if it is given back. */
class OneAction {
  isDue = true;

  async take(_endpointName: string, variantName: string): Promise<PolicyReading[]> {
    if (variantName !== 'AllTraffic') return [];
    const { isDue } = this;
    this.isDue = false;
    return [reading(stepPolicy('steps'), highAlarm(20, { isDue }))];
  }

  giveBack(readings: readonly PolicyReading[]): void {
    this.isDue ||= readings.some(({ alarms }) => alarms.some(({ isDue }) => isDue));
  }

  rest(): void {}
}

/** An endpoint with one instance for each of two variants; `interfere` runs once, while the endpoint is observed. */
async function aScaler() {
  const parts = memoryWorld();
  const { catalog, clock, world } = parts;
  const deployed = await deployEndpoint(parts, { maximum: 10 });
  await catalog.scalableTargets.create(scalableTargetKey('reader', 'AllTraffic'), {
    id: 'target',
    endpointName: 'reader',
    variantName: 'AllTraffic',
    minCapacity: 0,
    maxCapacity: 10,
    suspended: NOT_SUSPENDED,
    createdAt: 0,
  });
  const [variant] = deployed.variants.map((each) => ({ ...each, desiredInstanceCount: 1 }));
  const variants = [variant!, { ...variant!, name: 'byHand', managedInstanceScaling: undefined }];
  const endpoint = await catalog.endpoints.update('reader', (current) => ({ ...current, variants }));
  const fleet = new Fleet(world);
  for (const each of variants) fleet.launch(endpoint!, each, 1);
  await clock.advance(5_000);
  const interference: { once?: () => Promise<void> } = {};
  const histories = new VariantHistories(world);
  const learnt: Learnt = {
    demanded: () => {},
    estimates: async (...of) => {
      const { once } = interference;
      delete interference.once;
      await once?.();
      return histories.estimates(...of);
    },
  };
  const settings = { pace: 'fast', promise: { kind: 'start', withinMs: 0 }, maxKeepWarmMs: 60_000 } as const;
  const leadership = { isLeading: true };
  const grounds = { policies: new OneAction(), learnt, settings };
  const scaler = new EndpointScaler(world, fleet, grounds, leadership);
  return {
    ...parts,
    leadership,
    interfere: (once: () => Promise<void>) => (interference.once = once),
    scale: async () => scaler.scale((await catalog.endpoints.get('reader'))!),
    counts: async () =>
      (await catalog.endpoints.get('reader'))!.variants.map(({ desiredInstanceCount }) => desiredInstanceCount),
  };
}

it('carries out an action of a policy once', async () => {
  const { counts, scale } = await aScaler();
  await scale();
  await scale();
  expect(await counts()).toEqual([2, 1]);
});

it('carries out an action of a policy at the next look if another variant was changed meanwhile', async () => {
  const { counts, interfere, scale, world } = await aScaler();
  interfere(() =>
    updateCapacities(world, 'reader', [{ variantName: 'byHand', instanceCount: 2 }]).then(() => undefined),
  );
  expect(await scale()).toMatchObject({ met: [], dueAt: expect.any(Number) });
  await scale();
  expect(await counts()).toEqual([2, 2]);
});

it('leaves an action of a policy to a later look if the order cannot be recorded', async () => {
  const { catalog, counts, interfere, scale } = await aScaler();
  const update = catalog.endpoints.update.bind(catalog.endpoints);
  interfere(async () => {
    catalog.endpoints.update = async () => {
      catalog.endpoints.update = update;
      throw new EbbError('Unavailable', 'No answer.');
    };
  });
  await expect(scale()).rejects.toMatchObject({ code: 'Unavailable' });
  await scale();
  expect(await counts()).toEqual([2, 1]);
});

it('leaves an action of a policy to a later look if the lead was lost meanwhile', async () => {
  const { counts, interfere, leadership, scale } = await aScaler();
  interfere(async () => void (leadership.isLeading = false));
  expect(await scale()).toEqual({ met: [] });
  expect(await counts()).toEqual([1, 1]);
  leadership.isLeading = true;
  await scale();
  expect(await counts()).toEqual([2, 1]);
});
