import { expect, test } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { sampleCount } from '../../core/learning/distribution.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { VariantHistories } from './variant-histories.js';

const MAX_KEEP_WARM_MS = 900_000;
const VARIANT = ['reader', 'AllTraffic'] as const;
const KEY = scalableTargetKey(...VARIANT);
const PHASES_MS = { queued: 0, download: 3_000, unpack: 1_000, boot: 5_000, ping: 1_000 };

function histories() {
  const parts = memoryWorld();
  const learning = new VariantHistories(parts.world);
  return {
    ...parts,
    learning,
    stored: () => parts.catalog.variantHistories.get(KEY),
    estimates: () => learning.estimates(...VARIANT, MAX_KEEP_WARM_MS),
  };
}

test('gives no estimates for a variant that has done nothing', async () => {
  const { estimates } = histories();
  const { serviceMs, startMs } = await estimates();
  expect({ serviceMs, startMs }).toEqual({ serviceMs: undefined, startMs: undefined });
});

test('estimates the service time from eight invocations on, and the start time from the first start', async () => {
  const { estimates, learning } = histories();
  for (let each = 0; each < 7; each += 1) learning.served(...VARIANT, 2_000);
  expect((await estimates()).serviceMs).toBeUndefined();
  learning.served(...VARIANT, 2_000);
  learning.started(...VARIANT, PHASES_MS);
  const { serviceMs, startMs } = await estimates();
  expect(serviceMs).toBeGreaterThan(1_900);
  expect(serviceMs).toBeLessThan(2_100);
  expect(startMs).toBeGreaterThan(9_500);
  expect(startMs).toBeLessThan(10_500);
});

test('derives arrivals from the backlog and the invocations served in between', async () => {
  const { clock, estimates, learning } = histories();
  await estimates();
  // Two invocations a second arrive and one is served, so that the backlog grows by one.
  for (let second = 0; second <= 300; second += 1) {
    learning.served(...VARIANT, 900);
    learning.demanded(...VARIANT, second, second);
    await clock.advance(1_000);
  }
  const { arrivals } = await estimates();
  expect(arrivals?.at(-1)?.perSecond).toBeCloseTo(2, 1);
});

test('stores a history once a minute, and the next process adds to it', async () => {
  const { catalog, clock, learning, stored, world } = histories();
  learning.start();
  learning.served(...VARIANT, 2_000);
  await clock.advance(30_000);
  expect(await stored()).toBeUndefined();
  await clock.advance(31_000);
  expect(sampleCount((await stored())!.service)).toBe(1);
  learning.served(...VARIANT, 2_000);
  await learning.stop();
  expect(sampleCount((await stored())!.service)).toBeCloseTo(2, 1);

  const next = new VariantHistories(world);
  next.served(...VARIANT, 2_000);
  expect(sampleCount((await next.history(...VARIANT)).service)).toBeCloseTo(3, 1);
  expect(await catalog.variantHistories.all()).toHaveLength(1);
});

test('stores a start within a second, so that people can look it up', async () => {
  const { clock, learning, stored } = histories();
  learning.start();
  await clock.advance(10_000);
  learning.started(...VARIANT, PHASES_MS);
  await clock.advance(1_000);
  expect(sampleCount((await stored())!.start)).toBe(1);
  await learning.stop();
});

test('stores a history later if it cannot be stored now', async () => {
  const { catalog, clock, learning, stored } = histories();
  const update = catalog.variantHistories.update.bind(catalog.variantHistories);
  let isBroken = true;
  catalog.variantHistories.update = async (...of) => {
    if (isBroken) throw new Error('the disk is full');
    return update(...of);
  };
  learning.start();
  learning.served(...VARIANT, 2_000);
  await clock.advance(61_000);
  expect(await stored()).toBeUndefined();
  isBroken = false;
  await clock.advance(61_000);
  expect(await stored()).toBeDefined();
  await learning.stop();
});

test('stores nothing for a variant that was only looked at', async () => {
  const { estimates, learning, stored } = histories();
  await estimates();
  learning.demanded(...VARIANT, 0, 0);
  await learning.stop();
  expect(await stored()).toBeUndefined();
});

test('forgets the history of a deleted variant', async () => {
  const { estimates, learning, stored } = histories();
  learning.started(...VARIANT, PHASES_MS);
  await estimates();
  await learning.stop();
  expect(await stored()).toBeDefined();
  await learning.forget(...VARIANT);
  expect(await stored()).toBeUndefined();
  expect((await estimates()).startMs).toBeUndefined();
});

test('drops the observations that exceed the buffer before the history is read', async () => {
  const { learning } = histories();
  for (let each = 0; each < 10_000; each += 1) learning.served(...VARIANT, 2_000);
  expect(sampleCount((await learning.history(...VARIANT)).service)).toBe(4_096);
  for (let each = 0; each < 10_000; each += 1) learning.served(...VARIANT, 2_000);
  expect(sampleCount((await learning.history(...VARIANT)).service)).toBeGreaterThan(10_000);
});
