import { expect, test } from 'vitest';
import { SeededRandom } from '../../test/support/seeded-random.js';
import { VirtualClock } from '../../test/support/virtual-clock.js';
import { type EndpointWork, PerEndpoint } from './per-endpoint.js';

interface Script extends Partial<Omit<EndpointWork, 'look' | 'onFailure'>> {
  /** How long each look takes. */
  readonly lastsMs?: number;
  /** How long after each look the next is due; by default undefined, for never. */
  readonly dueAfterMs?: (count: number) => number | undefined;
}

/** Agents, with the times at which looks at `a` began, and the failures that were logged. */
function agents(script: Script = {}) {
  const clock = new VirtualClock();
  const startedAt = clock.now();
  const looks: number[] = [];
  const failures: string[] = [];
  let underWay = 0;
  const perEndpoint = new PerEndpoint(clock, {
    look: async (endpointName) => {
      if (endpointName === 'a') looks.push(clock.now() - startedAt);
      underWay += 1;
      if (script.lastsMs) await clock.sleep(script.lastsMs);
      underWay -= 1;
      const afterMs = script.dueAfterMs?.(looks.length);
      return afterMs === undefined ? undefined : clock.now() + afterMs;
    },
    onFailure: (endpointName, error) => failures.push(`${endpointName}: ${(error as Error).message}`),
    shortestIntervalMs: 0,
    retryMs: 1_000,
    shortestRetryMs: 0,
    ...script,
  });
  return { clock, failures, looks, perEndpoint, underWay: () => underWay };
}

/** A script whose first look fails. */
const failsOnce = (count: number): undefined => {
  if (count === 1) throw new Error('No answer.');
};

test('a tell has the endpoint looked at at once, and the agent goes when no look is due', async () => {
  const { clock, looks, perEndpoint } = agents();
  perEndpoint.tell('a');
  expect([looks, perEndpoint.has('a')]).toEqual([[0], true]);
  await clock.settle();
  expect(perEndpoint.has('a')).toBe(false);
  await clock.advance(1_000_000);
  expect(looks).toEqual([0]);
});

test('an endpoint is looked at again when its next look is due', async () => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: (count) => (count < 3 ? 100 : undefined) });
  perEndpoint.tell('a');
  await clock.advance(1_000);
  expect(looks).toEqual([0, 100, 200]);
  expect(perEndpoint.has('a')).toBe(false);
});

test('a look that is already due follows without a rest', async () => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: (count) => (count < 3 ? -1 : undefined) });
  perEndpoint.tell('a');
  await clock.settle();
  expect(looks).toEqual([0, 0, 0]);
});

test('a tell wakes an agent that rests, and the agent rests again afterwards', async () => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: () => 100 });
  perEndpoint.tell('a');
  await clock.advance(30);
  perEndpoint.tell('a');
  await clock.advance(150);
  expect(looks).toEqual([0, 30, 130]);
});

test('many tells during a look are followed by one look', async () => {
  const { clock, looks, perEndpoint } = agents({ lastsMs: 50 });
  perEndpoint.tell('a');
  await clock.advance(20);
  for (let count = 0; count < 100; count += 1) perEndpoint.tell('a');
  await clock.advance(1_000);
  expect(looks).toEqual([0, 50]);
});

test('many tells during a rest are followed by one look', async () => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: (count) => (count < 2 ? 1_000 : undefined) });
  perEndpoint.tell('a');
  await clock.advance(20);
  for (let count = 0; count < 100; count += 1) perEndpoint.tell('a');
  await clock.advance(10_000);
  expect(looks).toEqual([0, 20]);
});

test('looks keep their shortest interval under frequent tells', async () => {
  const { clock, looks, perEndpoint } = agents({ lastsMs: 10, shortestIntervalMs: 20 });
  for (let ms = 0; ms < 90; ms += 1) {
    perEndpoint.tell('a');
    await clock.advance(1);
  }
  await clock.advance(1_000);
  expect(looks).toEqual([0, 30, 60, 90]);
});

test('each endpoint has its own agent', async () => {
  const { clock, looks, perEndpoint, underWay } = agents({ lastsMs: 50 });
  perEndpoint.tell('b');
  perEndpoint.tell('a');
  expect(underWay()).toBe(2);
  await clock.advance(50);
  expect([looks, perEndpoint.has('a'), perEndpoint.has('b')]).toEqual([[0], false, false]);
});

test('a failed look is logged, and repeated when its retry is due', async () => {
  const { clock, failures, looks, perEndpoint } = agents({ dueAfterMs: failsOnce });
  perEndpoint.tell('a');
  await clock.advance(5_000);
  expect(looks).toEqual([0, 1_000]);
  expect(failures).toEqual(['a: No answer.']);
  expect(perEndpoint.has('a')).toBe(false);
});

test.each([
  { shortestRetryMs: 20, again: 20 },
  { shortestRetryMs: 1_000, again: 1_000 },
])('a tell brings a retry forward to $again ms after the failure', async ({ shortestRetryMs, again }) => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: failsOnce, shortestRetryMs });
  perEndpoint.tell('a');
  await clock.advance(1);
  perEndpoint.tell('a');
  await clock.advance(5_000);
  expect(looks).toEqual([0, again]);
});

test('a look that throws before it awaits anything is retried like any other', async () => {
  const clock = new VirtualClock();
  const failures: unknown[] = [];
  let count = 0;
  const look = (): Promise<undefined> => {
    count += 1;
    if (count === 1) throw new Error('No.');
    return Promise.resolve(undefined);
  };
  const onFailure = (_name: string, error: unknown): unknown => failures.push(error);
  const perEndpoint = new PerEndpoint(clock, {
    look,
    onFailure,
    shortestIntervalMs: 0,
    retryMs: 5,
    shortestRetryMs: 0,
  });
  perEndpoint.tell('a');
  await clock.advance(10);
  expect([count, failures.length, perEndpoint.has('a')]).toEqual([2, 1, false]);
});

test('stopping during a rest ends the rest, and no look follows', async () => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: () => 100 });
  perEndpoint.tell('a');
  await clock.advance(30);
  await perEndpoint.stop();
  perEndpoint.tell('a');
  perEndpoint.tell('b');
  await clock.advance(1_000);
  expect([looks, perEndpoint.has('a'), perEndpoint.has('b')]).toEqual([[0], false, false]);
});

test('stopping during a look waits for it and drops the next look that a tell asked for', async () => {
  const { clock, looks, perEndpoint } = agents({ dueAfterMs: () => 100, lastsMs: 50 });
  perEndpoint.tell('a');
  await clock.advance(30);
  perEndpoint.tell('a');
  let isStopped = false;
  void perEndpoint.stop().then(() => (isStopped = true));
  await clock.advance(19);
  expect(isStopped).toBe(false);
  await clock.advance(1);
  expect([isStopped, looks]).toEqual([true, [0]]);
});

test.each<[what: string, script: Script]>([
  ['between two looks', { shortestIntervalMs: 1_000 }],
  ['after a failure', { dueAfterMs: failsOnce, shortestRetryMs: 1_000 }],
])('stopping %s does not wait for the next look', async (_what, script) => {
  const { clock, looks, perEndpoint } = agents(script);
  perEndpoint.tell('a');
  await clock.advance(10);
  await perEndpoint.stop();
  expect([looks, perEndpoint.has('a')]).toEqual([[0], false]);
});

test('stopping aborts the signal that looks are given', async () => {
  const { perEndpoint } = agents();
  expect(perEndpoint.signal.aborted).toBe(false);
  await perEndpoint.stop();
  expect(perEndpoint.signal.aborted).toBe(true);
});

test('every tell is followed by a look that begins after it', async () => {
  // The tells are microtasks apart, so some come between the end of a look and the end of its agent.
  for (let lag = 0; lag < 20; lag += 1) {
    const { clock, looks, perEndpoint } = agents();
    perEndpoint.tell('a');
    for (let turn = 0; turn < lag; turn += 1) await Promise.resolve();
    perEndpoint.tell('a');
    await clock.settle();
    expect(looks, `told ${lag} turns later`).toHaveLength(2);
    expect(perEndpoint.has('a')).toBe(false);
  }
});

test('under random tells, no two looks overlap, no tell is lost, and all agents go', async () => {
  const random = new SeededRandom(7);
  const clock = new VirtualClock();
  const names = ['a', 'b', 'c'];
  const looking = new Set<string>();
  const toldAt = new Map<string, number>();
  const lookedAt = new Map<string, number>();
  let [overlaps, sequence] = [0, 0];
  const perEndpoint = new PerEndpoint(clock, {
    look: async (name) => {
      if (looking.has(name)) overlaps += 1;
      looking.add(name);
      lookedAt.set(name, ++sequence);
      await clock.sleep(random.integer(0, 30));
      looking.delete(name);
      if (random.happens(0.1)) throw new Error('No answer.');
      return random.happens(0.3) ? clock.now() + random.integer(0, 50) : undefined;
    },
    onFailure: () => undefined,
    shortestIntervalMs: 5,
    retryMs: 100,
    shortestRetryMs: 5,
  });
  for (let count = 0; count < 5_000; count += 1) {
    const name = names[random.integer(0, 2)]!;
    toldAt.set(name, ++sequence);
    perEndpoint.tell(name);
    if (random.happens(0.5)) await clock.advance(random.integer(0, 20));
  }
  await clock.advance(60_000);
  expect(overlaps).toBe(0);
  for (const name of names) {
    expect(lookedAt.get(name)).toBeGreaterThan(toldAt.get(name)!);
    expect(perEndpoint.has(name)).toBe(false);
  }
});
