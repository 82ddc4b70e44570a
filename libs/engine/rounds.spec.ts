import { expect, it } from 'vitest';
import { VirtualClock } from '../../test/support/virtual-clock.js';
import { Rounds } from './rounds.js';

/** Rounds that return the time until the next is due, and the times at which they took place. */
async function someRounds(everyMs: number, of: { lastsMs?: number; gatherMs?: number; firstAfterMs?: number } = {}) {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const times: number[] = [];
  const round = async (): Promise<number> => {
    times.push(clock.now() - startedAt);
    if (of.lastsMs) await clock.sleep(of.lastsMs);
    return clock.now() + everyMs;
  };
  const rounds = new Rounds(clock, round, of.gatherMs);
  rounds.start(of.firstAfterMs === undefined ? undefined : startedAt + of.firstAfterMs);
  await clock.settle();
  return { clock, rounds, times };
}

it('take place when they are due', async () => {
  const { clock, times } = await someRounds(100);
  await clock.advance(350);
  expect(times).toEqual([0, 100, 200, 300]);
});

it('take place at once on a call, and count the next due time from there', async () => {
  const { clock, rounds, times } = await someRounds(100);
  await clock.advance(30);
  rounds.call();
  await clock.advance(150);
  expect(times).toEqual([0, 30, 130]);
});

it('take place again after a round during which a call came', async () => {
  const { clock, rounds, times } = await someRounds(1_000, { lastsMs: 50 });
  await clock.advance(20);
  rounds.call();
  rounds.call();
  await clock.advance(500);
  expect(times).toEqual([0, 50]);
});

it('begin at the given time', async () => {
  const { clock, times } = await someRounds(100, { firstAfterMs: 40 });
  await clock.advance(250);
  expect(times).toEqual([40, 140, 240]);
});

it('begin before the given time if a call comes', async () => {
  const { clock, rounds, times } = await someRounds(100, { firstAfterMs: 1_000 });
  await clock.advance(10);
  rounds.call();
  await clock.advance(150);
  expect(times).toEqual([10, 110]);
});

it('never begin if they are stopped before the given time', async () => {
  const { clock, rounds, times } = await someRounds(100, { firstAfterMs: 1_000 });
  await rounds.stop();
  await clock.advance(10_000);
  expect(times).toEqual([]);
});

it('take place only on a call if they are never due', async () => {
  const { clock, rounds, times } = await someRounds(Infinity);
  await clock.advance(1_000_000);
  rounds.call();
  await clock.advance(0);
  expect(times).toEqual([0, 1_000_000]);
});

it('answer collected calls together, but never later than the due time', async () => {
  const { clock, rounds, times } = await someRounds(1_500, { gatherMs: 1_000 });
  await clock.advance(100);
  rounds.call();
  await clock.advance(500);
  rounds.call();
  await clock.advance(1_000);
  expect(times).toEqual([0, 1_100]);
});

it('end with the round that is under way when they are stopped', async () => {
  const { clock, rounds, times } = await someRounds(100, { lastsMs: 50 });
  await clock.advance(10);
  let isStopped = false;
  void rounds.stop().then(() => (isStopped = true));
  await clock.advance(20);
  expect(isStopped).toBe(false);
  await clock.advance(1_000);
  expect([isStopped, times]).toEqual([true, [0]]);
});
