import { expect, test } from 'vitest';
import { VirtualClock } from './virtual-clock.js';

test('wakes the earliest first, and among equals the one that lay down first', async () => {
  const clock = new VirtualClock();
  const woken: string[] = [];
  const sleep = (name: string, ms: number) => clock.sleep(ms).then(() => woken.push(name));
  for (const [name, ms] of [
    ['c', 30],
    ['a', 10],
    ['d', 30],
    ['b', 20],
  ] as const)
    void sleep(name, ms);
  await clock.advance(30);
  expect(woken).toEqual(['a', 'b', 'c', 'd']);
});

test('lets what was woken come to rest before it wakes the next', async () => {
  const clock = new VirtualClock();
  const seen: string[] = [];
  const first = async (): Promise<void> => {
    await clock.sleep(10);
    for (let step = 0; step < 50; step += 1) await Promise.resolve();
    seen.push('first has come to rest');
  };
  void first();
  void clock.sleep(10).then(() => seen.push('second'));
  await clock.advance(10);
  expect(seen).toEqual(['first has come to rest', 'second']);
});

test('rejects with the reason of the signal, and never wakes who was called off', async () => {
  const clock = new VirtualClock();
  const controller = new AbortController();
  const sleep = clock.sleep(10, controller.signal);
  controller.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  await expect(clock.sleep(10, controller.signal)).rejects.toThrow('enough');
  const before = clock.now();
  expect(await clock.runUntil(() => false)).toBe(false);
  expect(clock.now()).toBe(before);
});

test('makes ids of version 7 that are unique and sort in the order of making', async () => {
  const clock = new VirtualClock(7);
  const ids: string[] = [];
  for (let step = 0; step < 100; step += 1) {
    ids.push(clock.uniqueId());
    if (step % 10 === 0) await clock.advance(1);
  }
  expect(new Set(ids).size).toBe(100);
  expect([...ids].sort()).toEqual(ids);
  for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
});

test('passes a day of fifty thousand sleeps at once', async () => {
  const clock = new VirtualClock();
  let woken = 0;
  for (let sleeper = 0; sleeper < 50_000; sleeper += 1) {
    void clock.sleep((sleeper * 7919) % 86_400_000).then(() => (woken += 1));
  }
  await clock.advance(86_400_000);
  expect(woken).toBe(50_000);
});
