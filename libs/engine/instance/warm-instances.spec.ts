import { expect, test } from 'vitest';
import type { Deployment } from '../../core/endpoint/deployment.js';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import type { PingAnswer } from '../../core/instance/instance.js';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { Fleet } from './fleet.js';

const TAGS = { 'ebb:warm-instances': '2', 'ebb:warm-seconds': '60' };

const DEPLOYMENT = { id: 'second', variants: [], traffic: 0 } as unknown as Deployment;

/** A fleet of instances in service. The warm tier of their endpoint keeps up to two paused, each for a minute. */
async function aFleet(count: number, script: LaunchScript = {}, tags: Endpoint['tags'] = TAGS) {
  const parts = memoryWorld({ launch: () => ({ bootMs: 5_000, ...script }) });
  const { clock, instances, world } = parts;
  const endpoint = { ...(await deployEndpoint(parts, { maximum: count })), tags };
  const variant = endpoint.variants[0]!;
  const fleet = new Fleet(world);
  const launch = async (howMany: number) => {
    const came = fleet.launch(endpoint, variant, howMany);
    await clock.advance(10);
    return came;
  };
  await launch(count);
  await clock.advance(5_100);
  return {
    ...parts,
    endpoint,
    fleet,
    launch,
    scaleIn: async (howMany: number): Promise<void> => {
      void fleet.scaleIn(endpoint, variant, howMany);
      await clock.advance(0);
    },
    paused: () => fleet.instances('reader').filter(({ state }) => state === 'Paused'),
    counts: () => fleet.counts('reader'),
    living: async () => (await instances.list()).length,
  };
}

test('scale-in pauses as many instances as there is room for and ends the others', async () => {
  const { clock, counts, fleet, living, paused, scaleIn } = await aFleet(4);
  await scaleIn(3);
  expect(paused()).toMatchObject([{ pausedUntil: clock.now() + 60_000 }, { pausedUntil: clock.now() + 60_000 }]);
  expect(counts()).toEqual({ starting: 0, inService: 1, draining: 0 });
  expect(await living()).toBe(3);
  expect(fleet.reserve('reader', 9)).toHaveLength(1);
});

test('no instance is paused unless the endpoint asks for it', async () => {
  const { living, paused, scaleIn } = await aFleet(2, {}, {});
  await scaleIn(2);
  expect(paused()).toEqual([]);
  expect(await living()).toBe(0);
});

test('an instance with a taken slot is not paused, and a paused instance leaves service before the pause has ended', async () => {
  const { clock, endpoint, fleet, instances } = await aFleet(2);
  const [taken] = fleet.reserve('reader', 1);
  instances.pause = () => clock.sleep(1_000);
  void fleet.scaleIn(endpoint, endpoint.variants[0]!, 2);
  expect(
    fleet
      .instances('reader')
      .map(({ state }) => state)
      .toSorted(),
  ).toEqual(['InService', 'Paused']);
  expect(fleet.reserve('reader', 9)).toEqual([]);
  expect(fleet.instances('reader').find(({ id }) => id === taken!.instanceId)).toMatchObject({ state: 'InService' });
});

test('paused instances are resumed within milliseconds when needed, and only the rest is launched', async () => {
  const { counts, launch, living, scaleIn } = await aFleet(2);
  await scaleIn(2);
  const came = await launch(3);
  expect(counts()).toEqual({ starting: 1, inService: 2, draining: 0 });
  expect(await Promise.all(came.slice(0, 2))).toEqual([true, true]);
  expect(await living()).toBe(3);
});

test('a resume waits for a pause that is under way', async () => {
  const { clock, counts, endpoint, fleet, instances, launch } = await aFleet(1);
  const done: string[] = [];
  const { pause, resume } = { pause: instances.pause.bind(instances), resume: instances.resume.bind(instances) };
  instances.pause = async (id) => (await clock.sleep(500), await pause(id), void done.push('paused'));
  instances.resume = async (id) => (await resume(id), void done.push('resumed'));
  void fleet.scaleIn(endpoint, endpoint.variants[0]!, 1);
  await launch(1);
  expect(counts()).toMatchObject({ starting: 1 });
  await clock.advance(500);
  expect(done).toEqual(['paused', 'resumed']);
  expect(counts()).toMatchObject({ inService: 1 });
});

test('an instance that does not come back is ended and replaced, and counts once', async () => {
  const { clock, counts, launch, living, scaleIn } = await aFleet(1, { staysPaused: true });
  await scaleIn(1);
  const [came] = await launch(1);
  expect(counts()).toEqual({ starting: 1, inService: 0, draining: 0 });
  await clock.advance(5_100);
  expect(await came).toBe(true);
  expect(counts()).toEqual({ starting: 0, inService: 1, draining: 0 });
  expect(await living()).toBe(1);
});

test('an instance that comes back and answers its ping badly is ended and replaced', async () => {
  const { clock, counts, launch, living, scaleIn } = await aFleet(1, { sickAfterMs: 10_000 });
  await scaleIn(1);
  await clock.advance(10_000);
  await launch(1);
  expect(counts()).toEqual({ starting: 1, inService: 0, draining: 0 });
  expect(await living()).toBe(1);
});

test('an instance that cannot be paused is ended', async () => {
  const { instances, living, paused, scaleIn } = await aFleet(1);
  instances.pause = async () => Promise.reject(new Error('The engine cannot pause.'));
  await scaleIn(1);
  expect(paused()).toEqual([]);
  expect(await living()).toBe(0);
});

test('an instance that was not needed during its pause is ended', async () => {
  const { clock, living, scaleIn } = await aFleet(1);
  await scaleIn(1);
  await clock.advance(59_000);
  expect(await living()).toBe(1);
  await clock.advance(1_000);
  expect(await living()).toBe(0);
});

test('a paused instance is not pinged until it serves again', async () => {
  const { clock, instances, launch, scaleIn } = await aFleet(1);
  await scaleIn(1);
  let pings = 0;
  const ping = instances.ping.bind(instances);
  instances.ping = (id) => ((pings += 1), ping(id));
  await clock.advance(45_000);
  expect(pings).toBe(0);
  await launch(1);
  await clock.advance(30_000);
  expect(pings).toBe(4);
});

test('ping answers from before the pause are forgotten', async () => {
  const { clock, instances, launch, paused, scaleIn, fleet } = await aFleet(1);
  let answer: PingAnswer = 'unhealthy';
  const ping = instances.ping.bind(instances);
  instances.ping = (...of) => (answer === 'healthy' ? ping(...of) : Promise.resolve(answer));
  await clock.advance(20_000);
  await scaleIn(1);
  expect(paused()).toHaveLength(1);
  answer = 'healthy';
  await launch(1);
  answer = 'unhealthy';
  await clock.advance(20_000);
  expect(fleet.counts('reader')).toMatchObject({ inService: 1 });
});

test.each<[string, (endpoint: Endpoint) => Partial<Endpoint>, number]>([
  ['its endpoint is being updated', () => ({ status: 'Updating', deployment: DEPLOYMENT }), 0],
  ['its endpoint is deleted', () => ({ status: 'Deleting' }), 0],
  ['its endpoint has failed', () => ({ status: 'Failed' }), 0],
  [
    'its deployment has been replaced',
    ({ variants }) => ({ variants: variants.map((each) => ({ ...each, deploymentId: 'second' })) }),
    0,
  ],
  ['fewer may be paused from now on', () => ({ tags: { 'ebb:warm-instances': '1' } }), 1],
  ['its count is being changed by hand', () => ({ status: 'Updating' }), 2],
  ['nothing has changed', () => ({}), 2],
])('if %s, the paused instances that are not allowed any more go', async (_what, changed, left) => {
  const { clock, endpoint, fleet, paused, living, scaleIn } = await aFleet(2);
  await scaleIn(2);
  fleet.route({ ...endpoint, ...changed(endpoint) });
  await clock.advance(0);
  expect(paused()).toHaveLength(left);
  expect(await living()).toBe(left);
});

test('paused instances go with the others when the fleet ends', async () => {
  const { clock, fleet, living, scaleIn } = await aFleet(2);
  await scaleIn(1);
  await Promise.all([fleet.terminateAll(), clock.advance(0)]);
  expect(await living()).toBe(0);
});
