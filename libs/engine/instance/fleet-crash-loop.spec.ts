import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { isCrashLooping, nextLaunchAt } from '../../core/instance/crash-loop.js';
import { Fleet } from './fleet.js';

/** A fleet that is kept at `wanted` instances as far as it allows, by a look at every change. */
async function aFleetKeptAt(wanted: number, script: () => LaunchScript) {
  const launchedAt: number[] = [];
  const parts = memoryWorld({ launch: () => (launchedAt.push(parts.clock.now()), script()) });
  const { clock, signals, world } = parts;
  const endpoint = await deployEndpoint(parts, { maximum: wanted });
  const fleet = new Fleet(world);
  const startedAt = clock.now();
  const failures = () => fleet.launchFailures('reader', 'AllTraffic');
  const look = (): void => {
    const { starting, inService } = fleet.counts('reader');
    const launchable = fleet.launchableNow('reader', 'AllTraffic', wanted - starting - inService);
    fleet.launch(endpoint, endpoint.variants[0]!, launchable);
    const waitMs = nextLaunchAt(failures()) - clock.now();
    if (waitMs > 0) void clock.sleep(waitMs).then(look);
  };
  signals.subscribe(look);
  look();
  return {
    ...parts,
    fleet,
    failures,
    counts: () => fleet.counts('reader'),
    /** The number of launches in the given number of seconds from the beginning. */
    launches: () => {
      const bySecond = new Map<number, number>();
      for (const at of launchedAt) {
        const second = Math.floor((at - startedAt) / 1_000);
        bySecond.set(second, (bySecond.get(second) ?? 0) + 1);
      }
      return Object.fromEntries(bySecond);
    },
  };
}

const DIES: LaunchScript = { healthyAfterMs: Infinity, diesAfterMs: 1 };

test('launches that die are tried again one at a time, each after twice as long', async () => {
  const { clock, launches, failures } = await aFleetKeptAt(5, () => DIES);
  await clock.advance(16_000);
  expect(launches()).toEqual({ 0: 5, 1: 1, 3: 1, 7: 1, 15: 1 });
  expect(failures()).toMatchObject({ count: 5, lastReason: expect.stringContaining('exit code 1') });
  await clock.advance(3_600_000);
  const later = Object.keys(launches()).map(Number).slice(-3);
  expect(later.map((at, index) => (index === 0 ? 0 : at - later[index - 1]!))).toEqual([0, 300, 300]);
});

test('after the container has been mended, one instance proves it by an answer and all others follow', async () => {
  let script: LaunchScript = DIES;
  const { clock, fleet, launches, counts, failures } = await aFleetKeptAt(5, () => script);
  await clock.advance(6_000);
  script = {};
  await clock.advance(2_000);
  expect(launches()).toEqual({ 0: 5, 1: 1, 3: 1, 7: 1 });
  expect(counts()).toMatchObject({ starting: 0, inService: 1 });
  expect(isCrashLooping(failures())).toBe(true);
  const [slot] = fleet.reserve('reader', 1);
  fleet.occupy(slot!);
  fleet.free(slot!);
  await clock.advance(0);
  expect(failures()).toBeUndefined();
  expect(counts()).toMatchObject({ inService: 5 });
});

test('an instance without work proves itself by staying for half a minute', async () => {
  let script: LaunchScript = DIES;
  const { clock, counts } = await aFleetKeptAt(5, () => script);
  await clock.advance(500);
  script = {};
  await clock.advance(30_000);
  expect(counts()).toMatchObject({ inService: 1 });
  await clock.advance(2_000);
  expect(counts()).toMatchObject({ inService: 5 });
});

test('the answers of old instances do not hide the deaths of new instances', async () => {
  let script: LaunchScript = {};
  const { clock, fleet, failures, instances } = await aFleetKeptAt(2, () => script);
  await clock.advance(31_000);
  const [old, other] = fleet.instances('reader');
  script = DIES;
  instances.kill(other!.id);
  await clock.advance(5_000);
  const [slot] = fleet.reserve('reader', 1);
  expect(slot!.instanceId).toBe(old!.id);
  fleet.occupy(slot!);
  fleet.free(slot!);
  expect(failures()).toMatchObject({ count: 3 });
});

test('a missing image is looked for each minute, then less and less often, and found', async () => {
  let script: LaunchScript = { error: new EbbError('ImageNotFound', 'There is no such image.') };
  const { clock, launches, counts, failures } = await aFleetKeptAt(3, () => script);
  await clock.advance(130_000);
  expect(launches()).toEqual({ 0: 3, 60: 1, 120: 1 });
  expect(isCrashLooping(failures())).toBe(true);
  script = {};
  await clock.advance(90_000);
  expect(counts()).toMatchObject({ inService: 3 });
  expect(failures()).toBeUndefined();
});
