import { expect, test } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { DEFAULT_DEPLOYMENT_CONFIG, type Deployment } from '../../core/endpoint/deployment.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { Fleet } from './fleet.js';

async function aFleet(launch: LaunchScript = {}, slots = 2) {
  const parts = memoryWorld({ launch: () => launch });
  const asyncInference = { maxConcurrentInvocationsPerInstance: slots };
  const endpoint = await deployEndpoint(parts, { asyncInference });
  const told: unknown[][] = [];
  const fleet = new Fleet(parts.world, {
    started: (...of) => void told.push(['started', ...of]),
    startFailed: (...of) => void told.push(['failed', ...of]),
  });
  const variant = endpoint.variants[0]!;
  return {
    ...parts,
    endpoint,
    fleet,
    told,
    launch: async (count: number): Promise<void> => {
      fleet.launch(endpoint, variant, count);
      await parts.clock.advance(0);
    },
    counts: () => fleet.counts('reader'),
  };
}

test('slots are taken from one instance after the other, until none is free', async () => {
  const { fleet, launch } = await aFleet();
  await launch(2);
  const slots = fleet.reserve('reader', 10);
  expect(slots.map(({ instanceId }) => instanceId)).toHaveLength(4);
  expect(slots[0]!.instanceId).toBe(slots[1]!.instanceId);
  expect(slots[2]!.instanceId).toBe(slots[3]!.instanceId);
  expect(fleet.hasFreeSlot('reader')).toBe(false);
  fleet.giveBack(slots[0]!);
  expect(fleet.hasFreeSlot('reader')).toBe(true);
});

test('at most a thousand instances are starting at once, and the others follow', async () => {
  const { clock, fleet, launch } = await aFleet({ bootMs: 1_000 });
  const more = (): number => fleet.launchableNow('reader', 'AllTraffic', 2_147_483_647);
  expect(more()).toBe(1_000);
  await launch(999);
  expect(more()).toBe(1);
  await launch(1);
  expect(more()).toBe(0);
  await clock.advance(1_500);
  expect(more()).toBe(fleet.counts('reader').inService);
  expect(more()).toBeGreaterThan(0);
  await Promise.all([fleet.terminateAll(), clock.advance(1_000)]);
});

test('slots that come back unused are credited to the router that chose them, even after traffic was divided anew', async () => {
  const { fleet, endpoint, clock } = await aFleet();
  const [old] = endpoint.variants;
  const fresh = { ...old!, deploymentId: 'second' };
  const deployment: Omit<Deployment, 'traffic'> = {
    id: 'second',
    configName: 'new',
    variants: [fresh],
    config: DEFAULT_DEPLOYMENT_CONFIG,
    startedAt: 0,
    stage: 'Baking',
    stageSince: 0,
    step: 1,
  };
  const divided = (traffic: number): Endpoint => ({ ...endpoint, deployment: { ...deployment, traffic } });
  fleet.launch(divided(1), old!, 20);
  fleet.launch(divided(1), fresh, 20);
  await clock.advance(0);
  const unused = fleet.reserve('reader', 40);
  fleet.route(divided(0.25));
  for (const slot of unused) fleet.giveBack(slot);
  const deploymentOf = new Map(
    ['first', 'second'].flatMap((id) => fleet.instances('reader', undefined, id).map((each) => [each.id, id] as const)),
  );
  const taken = fleet.reserve('reader', 20).map(({ instanceId }) => deploymentOf.get(instanceId));
  expect(taken.filter((id) => id === 'second')).toHaveLength(5);
});

test('running time counts only work that has begun and not ended, on instances in service', async () => {
  const { fleet, launch, clock } = await aFleet();
  const runningForMs = (): number => fleet.runningForMs('reader', 'AllTraffic', clock.now());
  await launch(2);
  const [first, second, taken] = fleet.reserve('reader', 3);
  expect([first, taken]).toMatchObject([{ variantName: 'AllTraffic' }, { variantName: 'AllTraffic' }]);
  fleet.occupy(first!);
  await clock.advance(1_000);
  fleet.occupy(second!);
  await clock.advance(500);
  expect(runningForMs()).toBe(2_000);
  fleet.free(first!);
  await clock.advance(500);
  expect(runningForMs()).toBe(1_000);
  fleet.drainAll('reader');
  expect(runningForMs()).toBe(0);
});

test('each phase of a start is measured, shown while it lasts and reported when the instance is in service', async () => {
  const { fleet, launch, clock, told } = await aFleet({ bootMs: 3_000, healthyAfterMs: 500 });
  const launchedAt = clock.now();
  await launch(1);
  await clock.advance(1_000);
  expect(fleet.starts('reader', 'AllTraffic')).toMatchObject([{ launchedAt, phase: 'boot', phaseSince: launchedAt }]);
  await clock.advance(2_200);
  expect(fleet.starts('reader', 'AllTraffic')).toMatchObject([{ phase: 'ping', phaseSince: launchedAt + 3_000 }]);
  await clock.advance(1_000);
  expect(fleet.starts('reader', 'AllTraffic')).toEqual([]);
  expect(told).toEqual([['started', 'reader', 'AllTraffic', { queued: 0, boot: 3_000, ping: 500 }]]);
});

test('a draining instance finishes its work and takes no more', async () => {
  const { fleet, launch, clock, counts, instances } = await aFleet();
  await launch(1);
  const [slot, other] = fleet.reserve('reader', 2);
  fleet.occupy(slot!);
  fleet.giveBack(other!);
  fleet.drainAll('reader');
  await clock.advance(1_000);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 1 });
  expect(fleet.hasFreeSlot('reader')).toBe(false);
  expect(slot!.abandon.aborted).toBe(false);
  fleet.free(slot!);
  await clock.advance(0);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 0 });
  expect(await instances.list()).toEqual([]);
});

test('draining continues when a slot that was only taken comes back', async () => {
  const { fleet, launch, clock, counts } = await aFleet();
  await launch(1);
  const [slot] = fleet.reserve('reader', 1);
  fleet.drainAll('reader');
  fleet.giveBack(slot!);
  await clock.advance(0);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 0 });
});

test('an instance that is told to go while it is starting never comes into service', async () => {
  const { fleet, launch, clock, counts, instances, log } = await aFleet({ healthyAfterMs: 500 });
  const said: string[] = [];
  Object.assign(log, { info: (event: string) => said.push(event) });
  await launch(1);
  fleet.drainAll('reader');
  await clock.advance(1_000);
  expect({ counts: counts(), said, living: await instances.list() }).toEqual({
    counts: { starting: 0, inService: 0, draining: 0 },
    said: ['An instance is gone'],
    living: [],
  });
});

test('an instance that died before it was healthy is not pinged', async () => {
  const { launch, clock, instances, fleet } = await aFleet({ healthyAfterMs: Infinity, diesAfterMs: 1_000 });
  await launch(1);
  await clock.advance(2_000);
  let pings = 0;
  instances.ping = async () => ((pings += 1), 'unhealthy');
  await clock.advance(60_000);
  expect(pings).toBe(0);
  expect(fleet.launchFailures('reader', 'AllTraffic')).toMatchObject({ count: 1, permanent: false });
});

test('a container that never answers a ping is given up after its startup time, and ended', async () => {
  const { launch, clock, counts, instances, fleet, logs } = await aFleet({ healthyAfterMs: Infinity });
  await launch(1);
  const [instance] = fleet.instances('reader');
  const log = logs.open({ endpointName: 'reader', variantName: 'AllTraffic', instanceId: instance!.id });
  log.write('stderr', 'no such weights', clock.now());
  await clock.advance(479_000);
  expect(counts()).toMatchObject({ starting: 1 });
  await clock.advance(2_000);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 0 });
  expect(await instances.list()).toEqual([]);
  expect(fleet.launchFailures('reader', 'AllTraffic')).toMatchObject({
    count: 1,
    lastReason:
      'The primary container for production variant AllTraffic did not pass the ping health check. ' +
      'Please check CloudWatch logs for this endpoint.\nThe last lines of its output:\nready\nno such weights',
    lastEnd: 'never-healthy',
  });
});

test('work is abandoned as broken when its instance dies, and as stopped when Ebb ends the instance', async () => {
  const { fleet, launch, clock, instances } = await aFleet();
  await launch(1);
  const [died] = fleet.reserve('reader', 1);
  instances.kill(died!.instanceId);
  await clock.advance(0);
  expect(died!.abandon.reason).toMatchObject({ end: { kind: 'instance-broke' } });
  await launch(1);
  const [ended] = fleet.reserve('reader', 1);
  const gone = fleet.terminateAll();
  await clock.advance(0);
  await gone;
  expect(ended!.abandon.reason).toMatchObject({ end: { kind: 'worker-stopped' } });
});

test('an instance that died takes no work and is not counted while its remains are cleared up', async () => {
  const { fleet, launch, clock, counts, instances, signals } = await aFleet();
  await launch(1);
  const [slot] = fleet.reserve('reader', 1);
  instances.terminate = () => new Promise(() => {});
  const signalled: string[] = [];
  signals.subscribe(({ kind }) => signalled.push(kind));
  instances.kill(slot!.instanceId);
  await clock.advance(0);
  fleet.giveBack(slot!);
  expect(fleet.hasFreeSlot('reader')).toBe(false);
  fleet.drainAll('reader');
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 0 });
  expect(signalled).toEqual(['endpoint']);
});

test.each([0, 1, 2, 3, 4, 5, 6, 7])(
  'an instance that dies %i moments after its first good ping takes no work, and its launch has failed',
  async (moments) => {
    const { fleet, launch, counts, instances } = await aFleet();
    instances.terminate = () => new Promise(() => {});
    const dieSoon = async (instanceId: string): Promise<void> => {
      for (let each = 0; each < moments; each += 1) await Promise.resolve();
      instances.kill(instanceId);
    };
    instances.ping = (instanceId) => {
      const answered = Promise.resolve('healthy' as const);
      dieSoon(instanceId).catch(() => undefined);
      return answered;
    };
    await launch(1);
    expect(counts()).toMatchObject({ inService: 0 });
    expect(fleet.hasFreeSlot('reader')).toBe(false);
    expect(fleet.launchFailures('reader', 'AllTraffic')).toMatchObject({ count: 1, lastEnd: 'crashed' });
  },
);

test('launches take turns, and a waiting launch can be called off', async () => {
  const { fleet, launch, clock, counts, instances } = await aFleet();
  const begun: (() => void)[] = [];
  const launchOne = instances.launch.bind(instances);
  instances.launch = async (...of) => {
    await new Promise<void>((resolve) => begun.push(resolve));
    return launchOne(...of);
  };
  await launch(100);
  expect(counts()).toMatchObject({ starting: 100 });
  expect(begun).toHaveLength(16);
  begun[0]!();
  await clock.advance(0);
  expect(counts()).toMatchObject({ starting: 99, inService: 1 });
  expect(begun).toHaveLength(17);
  fleet.drainAll('reader');
  await clock.advance(0);
  for (const begin of begun) begin();
  await clock.advance(0);
  expect(begun).toHaveLength(17);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 0 });
  expect(await instances.list()).toEqual([]);
});

test('an instance that waits for its turn is shown as queued', async () => {
  const { fleet, launch, clock, instances } = await aFleet();
  instances.launch = () => new Promise(() => {});
  const launchedAt = clock.now();
  await launch(17);
  await clock.advance(5_000);
  expect(fleet.starts('reader', 'AllTraffic').at(-1)).toMatchObject({ phase: 'queued', phaseSince: launchedAt });
});

test('scale-in never takes an instance that is starting', async () => {
  const { endpoint, fleet, launch, counts } = await aFleet({ healthyAfterMs: 1_000 });
  await launch(3);
  expect(fleet.scaleIn(endpoint, endpoint.variants[0]!, 3)).toEqual([]);
  expect(counts()).toMatchObject({ starting: 3 });
});
