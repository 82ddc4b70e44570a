import { expect, test } from 'vitest';
import type { InstanceState } from '../../core/instance/instance-state.js';
import type { VariantTraffic } from '../../core/deployment/traffic.js';
import { LeaseRouter, type RoutedInstance } from './lease-router.js';

test('variants take turns by weight while all have room', () => {
  const router = routerOf({ serving: [of('a', 3), of('b', 1)] });
  const chosen = take(router, [instance('a', 1_000), instance('b', 1_000)], 400);
  expect(chosen).toEqual({ a: 300, b: 100 });
});

test('work does not wait for a full variant while another has room, and its missed turns are lost', () => {
  const router = routerOf({ serving: [of('a', 1), of('b', 1)] });
  const a = instance('a', 0);
  const b = instance('b', 1_000);
  expect(take(router, [a, b], 100)).toEqual({ b: 100 });
  a.slots = 1_000;
  expect(take(router, [a, b], 100)).toEqual({ a: 51, b: 49 });
});

test('a variant of weight 0 takes no work', () => {
  const router = routerOf({ serving: [of('a', 0), of('b', 1)] });
  expect(take(router, [instance('a', 10), instance('b', 3)], 10)).toEqual({ b: 3 });
});

test('the new side takes its share, and not more even if the old side is full', () => {
  const router = routerOf({ serving: [of('a', 1)], rollingOut: [of('new', 1)], newShare: 0.1 });
  const old = instance('a', 100);
  const fresh = instance('new', 1_000);
  expect(take(router, [old, fresh], 1_000)).toEqual({ a: 100, new: 11 });
});

test('the new side takes all work when all traffic has moved, and the old side none', () => {
  const router = routerOf({ serving: [of('a', 1)], rollingOut: [of('new', 1)], newShare: 1 });
  expect(take(router, [instance('a', 10), instance('new', 4)], 10)).toEqual({ new: 4 });
});

test('the new side takes no work before traffic has begun to move', () => {
  const router = routerOf({ serving: [of('a', 1)], rollingOut: [of('new', 1)], newShare: 0 });
  expect(take(router, [instance('new', 4)], 10)).toEqual({});
});

test('the new side does not hold back when the old side has no instance left', () => {
  const router = routerOf({ serving: [of('a', 1)], rollingOut: [of('new', 1)], newShare: 0.1 });
  expect(take(router, [instance('a', 5, 'Draining'), instance('new', 4)], 10)).toEqual({ new: 4 });
});

test('the new side holds back while the old side is starting', () => {
  const router = routerOf({ serving: [of('a', 1)], rollingOut: [of('new', 1)], newShare: 0.5 });
  expect(take(router, [instance('a', 5, 'Starting'), instance('new', 4)], 10)).toEqual({});
});

test('a lease that was given back does not count', () => {
  const router = routerOf({ serving: [of('a', 1)], rollingOut: [of('new', 1)], newShare: 0.5 });
  const fleet = [instance('a', 1_000), instance('new', 1_000)];
  for (let count = 0; count < 100; count += 1) {
    const chosen = router.choose(fleet)!;
    router.giveBack(chosen);
  }
  expect(take(router, fleet, 100)).toEqual({ a: 50, new: 50 });
});

test.each([1, 2, 5, 64])(
  'work that comes one by one is shared by weight even if %i slots are chosen for it',
  (batch) => {
    const router = routerOf({ serving: [of('a', 3), of('b', 1)] });
    const fleet = [instance('a', 1_000), instance('b', 1_000)];
    const taken: Taken = {};
    for (let count = 0; count < 400; count += 1) {
      const [used, ...rest] = Array.from({ length: batch }, () => router.choose(fleet)!);
      taken[used!.variantName] = (taken[used!.variantName] ?? 0) + 1;
      for (const chosen of rest) router.giveBack(chosen);
    }
    expect(taken).toEqual({ a: 300, b: 100 });
  },
);

type Taken = Record<string, number>;

/** Takes up to the given number of slots, one by one; returns how many each variant took. */
function take(router: LeaseRouter, instances: TestInstance[], max: number): Taken {
  const taken: Taken = {};
  for (let count = 0; count < max; count += 1) {
    const chosen = router.choose(instances);
    if (!chosen) break;
    chosen.busy += 1;
    taken[chosen.variantName] = (taken[chosen.variantName] ?? 0) + 1;
  }
  return taken;
}

function routerOf(traffic: Partial<LeaseRouter['traffic']>): LeaseRouter {
  return new LeaseRouter({ serving: [], rollingOut: [], newShare: 0, ...traffic });
}

function of(variantName: string, weight: number): VariantTraffic {
  return { variantName, weight, deploymentId: variantName === 'new' ? 'second' : 'first' };
}

type TestInstance = { -readonly [Key in keyof RoutedInstance]: RoutedInstance[Key] };

function instance(variantName: string, slots: number, state: InstanceState = 'InService'): TestInstance {
  return {
    id: variantName,
    endpointName: 'reader',
    variantName,
    deploymentId: variantName === 'new' ? 'second' : 'first',
    state,
    slots,
    busy: 0,
    spreads: false,
    launchedAt: 0,
    inServiceAt: 0,
  };
}
