import { expect, test } from 'vitest';
import type { PingAnswer } from '../../core/instance/instance.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { Fleet } from './fleet.js';

/** A fleet whose instances in service answer pings according to `answers`, and by default healthy. */
async function aFleet(count: number) {
  const parts = memoryWorld();
  const { clock, instances, world } = parts;
  const endpoint = await deployEndpoint(parts, {
    maximum: count,
    asyncInference: { maxConcurrentInvocationsPerInstance: 1 },
  });
  const fleet = new Fleet(world);
  const answers = new Map<string, PingAnswer>();
  const pings: { readonly at: number; readonly id: string }[] = [];
  fleet.launch(endpoint, endpoint.variants[0]!, count);
  await clock.advance(0);
  const startedAt = clock.now();
  instances.ping = async (id) => {
    pings.push({ at: clock.now() - startedAt, id });
    return answers.get(id) ?? 'healthy';
  };
  const work = () => {
    const [slot] = fleet.reserve('reader', 1);
    fleet.occupy(slot!);
    return slot!;
  };
  const idOf = (index: number): string => fleet.instances('reader')[index]!.id;
  return { ...parts, endpoint, fleet, answers, pings, work, idOf, counts: () => fleet.counts('reader') };
}

test('an instance is pinged every ten seconds while it is in service', async () => {
  const { clock, pings } = await aFleet(1);
  await clock.advance(3_600_000);
  expect(pings).toHaveLength(360);
  expect(pings.slice(0, 3).map(({ at }) => at)).toEqual([10_000, 20_000, 30_000]);
});

test('a thousand instances are pinged equally often, only a few at once', async () => {
  const { clock, pings } = await aFleet(1_000);
  await clock.advance(60_000);
  const atOnce = new Map<number, number>();
  for (const { at } of pings) atOnce.set(at, (atOnce.get(at) ?? 0) + 1);
  expect(Math.max(...atOnce.values())).toBe(50);
  expect(pings.length).toBeGreaterThan(5_000);
  expect(pings.length).toBeLessThanOrEqual(6_000);
});

test('a sick instance takes no more work, finishes its invocations, and does not count from then on', async () => {
  const { answers, clock, counts, fleet, idOf, instances, work } = await aFleet(1);
  fleet.free(work());
  const slot = work();
  answers.set(idOf(0), 'unhealthy');
  await clock.advance(29_000);
  expect(counts()).toMatchObject({ inService: 1 });
  await clock.advance(1_000);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 1 });
  expect(slot.abandon.aborted).toBe(false);
  expect(fleet.hasFreeSlot('reader')).toBe(false);
  await clock.advance(60_000);
  expect(await instances.list()).toHaveLength(1);
  fleet.free(slot);
  await clock.advance(0);
  expect(await instances.list()).toEqual([]);
  // The instance has been of use.
  expect(fleet.launchFailures('reader', 'AllTraffic')).toBeUndefined();
});

test('an instance that works is left alone while its pings time out', async () => {
  const { answers, clock, counts, idOf, work } = await aFleet(1);
  work();
  answers.set(idOf(0), 'silent');
  await clock.advance(3_600_000);
  expect(counts()).toMatchObject({ inService: 1 });
});

test('an idle instance whose pings time out is sick', async () => {
  const { answers, clock, counts, idOf } = await aFleet(1);
  answers.set(idOf(0), 'silent');
  await clock.advance(30_000);
  expect(counts()).toMatchObject({ inService: 0 });
});

test('an instance that falls sick soon after its start, and has been of no use, has failed to start', async () => {
  const { answers, clock, fleet, idOf } = await aFleet(1);
  answers.set(idOf(0), 'unhealthy');
  await clock.advance(30_000);
  expect(fleet.launchFailures('reader', 'AllTraffic')).toMatchObject({
    count: 1,
    lastEnd: 'sick',
    lastReason: expect.stringMatching(
      /^An instance of production variant AllTraffic stopped passing the ping health check, 30 s after it came into/,
    ),
  });
});

test('an instance that was well for long before it fell sick has not failed to start, even if it never had work', async () => {
  const { answers, clock, counts, fleet, idOf } = await aFleet(1);
  await clock.advance(3_600_000);
  answers.set(idOf(0), 'unreachable');
  await clock.advance(30_000);
  expect(counts()).toMatchObject({ inService: 0 });
  expect(fleet.launchFailures('reader', 'AllTraffic')).toBeUndefined();
});

test('an instance that has been told to go is not pinged', async () => {
  const { clock, fleet, pings, work } = await aFleet(2);
  work();
  fleet.drainAll('reader');
  await clock.advance(60_000);
  expect(pings).toEqual([]);
});
