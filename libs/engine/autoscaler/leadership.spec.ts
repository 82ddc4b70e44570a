import { expect, it } from 'vitest';
import { memoryWorld } from '../../../test/support/memory-world.js';
import { LEADERSHIP_MS } from '../../core/leader.js';
import { Leadership } from './leadership.js';

async function twoOf(world: ReturnType<typeof memoryWorld>) {
  const gained: string[] = [];
  const of = (holder: string): Leadership => {
    const leadership = new Leadership(world.world, 'scaling', holder);
    leadership.start(
      async () => {},
      () => gained.push(holder),
    );
    return leadership;
  };
  const first = of('first');
  await world.clock.settle();
  const second = of('second');
  await world.clock.settle();
  return { first, second, gained };
}

it('lets one of two processes lead for as long as it lives', async () => {
  const parts = memoryWorld();
  const { first, second, gained } = await twoOf(parts);
  for (let each = 0; each < 100; each += 1) {
    await parts.clock.advance(LEADERSHIP_MS / 3);
    expect([first.isLeading, second.isLeading]).toEqual([true, false]);
  }
  expect(gained).toEqual(['first']);
});

it('hands over at once when the leader stops', async () => {
  const { clock, ...parts } = memoryWorld();
  const { first, second, gained } = await twoOf({ clock, ...parts });
  await first.stop();
  expect(first.isLeading).toBe(false);
  await clock.advance(LEADERSHIP_MS / 3);
  expect(second.isLeading).toBe(true);
  expect(gained).toEqual(['first', 'second']);
});

it('never has two leaders, even if the first stood still and goes on', async () => {
  const parts = memoryWorld();
  const { catalog, clock } = parts;
  const { first, second } = await twoOf(parts);
  const update = catalog.leaders.update.bind(catalog.leaders);
  // The first no longer prolongs its duty, as if its process were frozen.
  catalog.leaders.update = async (key, change, signal) =>
    update(key, (leader) => (change(leader).holder === 'first' ? leader : change(leader)), signal);
  for (let each = 0; each < 120; each += 1) {
    await clock.advance(1_000);
    expect(first.isLeading && second.isLeading).toBe(false);
  }
  expect(second.isLeading).toBe(true);
});
