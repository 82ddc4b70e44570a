import { describe, expect, it } from 'vitest';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { DEFAULT_DEPLOYMENT_CONFIG, type Deployment } from '../../core/endpoint/deployment.js';
import type { EndpointStatus } from '../../core/endpoint/endpoint-status.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { countAfter } from './capacity.js';
import { Fleet } from './fleet.js';

const BOOT_MS = 1_000;
const DIES: LaunchScript = { healthyAfterMs: Infinity, diesAfterMs: 1 };

/** A fleet, and an endpoint record that asks for a count. */
async function aFleet(launch: () => LaunchScript = () => ({ bootMs: BOOT_MS })) {
  const parts = memoryWorld({ launch });
  const { clock, world } = parts;
  const endpoint = await deployEndpoint(parts, { maximum: 10 });
  const fleet = new Fleet(world);
  const asking = (desiredInstanceCount: number, status: EndpointStatus = 'InService'): Endpoint => ({
    ...endpoint,
    status,
    variants: endpoint.variants.map((variant) => ({ ...variant, desiredInstanceCount })),
  });
  return {
    ...parts,
    fleet,
    asking,
    counts: (deploymentId?: string) => {
      const { draining, inService, starting } = fleet.counts('reader', undefined, deploymentId);
      return [starting, inService, draining];
    },
    /** Launches the given number of instances and waits until they are in service. */
    serving: async (count: number) => {
      fleet.meetTargets(asking(count));
      await clock.advance(BOOT_MS + 1_000);
    },
    /** Takes a slot and begins work on it. */
    occupy: () => {
      const [slot] = fleet.reserve('reader', 1);
      fleet.occupy(slot!);
      return slot!;
    },
  };
}

/** The same fleet and record during an update. */
async function anUpdate(change: Partial<Deployment>) {
  const parts = await aFleet();
  await parts.serving(2);
  const { asking, clock } = parts;
  const serving = asking(2, 'Updating');
  const deployment: Deployment = {
    id: 'second',
    configName: 'next',
    variants: serving.variants.map((variant) => ({ ...variant, deploymentId: 'second' })),
    config: DEFAULT_DEPLOYMENT_CONFIG,
    startedAt: clock.now(),
    stage: 'Launching',
    stageSince: clock.now(),
    step: 0,
    traffic: 0,
    ...change,
  };
  return { ...parts, updating: { ...serving, deployment } };
}

describe('a record that asks for more instances', () => {
  it('has all missing instances launched at once, and counts those that are starting', async () => {
    const { asking, counts, fleet } = await aFleet();
    const [met] = fleet.meetTargets(asking(5));
    expect(met).toMatchObject({ before: 0, heldBack: 0, launchableAt: Infinity, taken: 0 });
    expect(met!.launched).toHaveLength(5);
    expect(counts()).toEqual([5, 0, 0]);
    expect(fleet.meetTargets(asking(5))).toMatchObject([{ before: 5, launched: [], letGo: [] }]);
    expect(counts()).toEqual([5, 0, 0]);
  });

  it('has as many launched as failing launches allow, and learns when further launches are allowed', async () => {
    const { asking, clock, counts, fleet } = await aFleet(() => DIES);
    fleet.meetTargets(asking(3));
    await clock.advance(500);
    const [met] = fleet.meetTargets(asking(3));
    expect(met).toMatchObject({ launched: [], heldBack: 3, failures: { count: 1 } });
    await clock.advance(met!.launchableAt - clock.now());
    expect(fleet.meetTargets(asking(3))).toMatchObject([{ launched: [expect.any(Promise)], heldBack: 2 }]);
    expect(counts()).toEqual([1, 0, 0]);
  });
});

describe('a record that asks for fewer instances', () => {
  it('lets the surplus of idle instances go', async () => {
    const { asking, counts, fleet, serving } = await aFleet();
    await serving(3);
    const [met] = fleet.meetTargets(asking(1));
    expect(met).toMatchObject({ before: 3, taken: 0 });
    expect(countAfter(met!)).toBe(1);
    expect(counts()).toEqual([0, 1, 2]);
  });

  it('keeps an instance that works', async () => {
    const { asking, counts, fleet, occupy, serving } = await aFleet();
    await serving(2);
    occupy();
    const [met] = fleet.meetTargets(asking(0));
    expect(countAfter(met!)).toBe(1);
    expect(counts()).toEqual([0, 1, 1]);
    expect(fleet.meetTargets(asking(0))).toMatchObject([{ before: 1, letGo: [], taken: 0 }]);
  });

  it('keeps an instance that is starting', async () => {
    const { asking, counts, fleet } = await aFleet();
    fleet.meetTargets(asking(2));
    expect(fleet.meetTargets(asking(0))).toMatchObject([{ before: 2, letGo: [], taken: 0 }]);
    expect(counts()).toEqual([2, 0, 0]);
  });

  it('reports an instance that stays because a slot of it has just been taken', async () => {
    const { asking, counts, fleet, serving } = await aFleet();
    await serving(1);
    const [slot] = fleet.reserve('reader', 1);
    expect(fleet.meetTargets(asking(0))).toMatchObject([{ letGo: [], taken: 1 }]);
    fleet.giveBack(slot!);
    expect(fleet.meetTargets(asking(0))).toMatchObject([{ letGo: [expect.any(Promise)], taken: 0 }]);
    expect(counts()).toEqual([0, 0, 1]);
  });
});

it.each(['Deleting', 'Failed', 'OutOfService'] as const)(
  'a record that is %s has every instance finish and go, regardless of its count',
  async (status) => {
    const { asking, clock, counts, fleet, occupy, serving } = await aFleet();
    await serving(2);
    const slot = occupy();
    expect(fleet.meetTargets(asking(2, status))).toEqual([]);
    expect(counts()).toEqual([0, 0, 2]);
    await clock.advance(1_000);
    expect(counts()).toEqual([0, 0, 1]);
    fleet.free(slot);
    await clock.advance(1_000);
    expect(counts()).toEqual([0, 0, 0]);
  },
);

it('instances of a deployment that the record no longer has are let go', async () => {
  const { asking, counts, fleet, serving } = await aFleet();
  await serving(2);
  const next = asking(1);
  const variants = next.variants.map((variant) => ({ ...variant, deploymentId: 'second' }));
  fleet.meetTargets({ ...next, variants });
  expect(counts('first')).toEqual([0, 0, 2]);
  expect(counts('second')).toEqual([1, 0, 0]);
});

describe('the record of an update', () => {
  it('changes nothing before counts have been ordered', async () => {
    const { counts, fleet, updating } = await anUpdate({});
    fleet.meetTargets(updating);
    expect([counts('first'), counts('second')]).toEqual([
      [0, 2, 0],
      [0, 0, 0],
    ]);
  });

  it('is met on both sides, and replaced instances finish and go even while they work', async () => {
    const targets = { serving: { AllTraffic: 0 }, rollingOut: { AllTraffic: 3 } };
    const { counts, fleet, occupy, updating } = await anUpdate({ targets });
    occupy();
    fleet.meetTargets(updating);
    expect([counts('first'), counts('second')]).toEqual([
      [0, 0, 2],
      [3, 0, 0],
    ]);
  });

  it('has no new instance launched on its way back', async () => {
    const targets = { serving: { AllTraffic: 3 }, rollingOut: { AllTraffic: 1 } };
    const { counts, fleet, updating } = await anUpdate({ targets, stage: 'RollingBack' });
    fleet.meetTargets(updating);
    expect([counts('first'), counts('second')]).toEqual([
      [1, 2, 0],
      [0, 0, 0],
    ]);
  });

  it('leaves the new side as it is if the way back failed', async () => {
    const targets = { serving: { AllTraffic: 2 }, rollingOut: { AllTraffic: 2 } };
    const { counts, fleet, updating } = await anUpdate({ targets });
    fleet.meetTargets(updating);
    fleet.meetTargets({ ...updating, status: 'UpdateRollbackFailed' });
    expect([counts('first'), counts('second')]).toEqual([
      [0, 2, 0],
      [2, 0, 0],
    ]);
  });
});
