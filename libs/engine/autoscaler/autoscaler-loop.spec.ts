import { expect, test } from 'vitest';
import { EbbError } from '../../core/errors.js';
import { scalableTargetKey } from '../../core/scaling/scalable-target.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import { AutoscalerLoop } from './autoscaler-loop.js';
import { CountChange } from '../deployment/count-change.js';
import { EndpointCreation } from '../deployment/endpoint-creation.js';
import { EndpointDeletion } from '../deployment/endpoint-deletion.js';
import { EndpointRollOut } from '../deployment/endpoint-roll-out.js';
import { Fleet } from '../instance/fleet.js';
import { registerScalableTarget } from '../scaling/register-scalable-target.js';
import { EndpointScaler, type PolicyReadings } from '../scaling/scale-endpoint.js';
import type { ScalingSettings } from '../scaling/scaling-settings.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { VariantHistories } from '../scaling/variant-histories.js';

const KEEP_WARM_MS = 60_000;
const SETTINGS: ScalingSettings = {
  pace: 'fast',
  promise: { kind: 'start', withinMs: 0 },
  maxKeepWarmMs: KEEP_WARM_MS,
};

const NO_POLICIES: PolicyReadings = { take: async () => [], giveBack: () => {}, rest: () => {} };

/** An autoscaler without a worker, so that no invocation is run. */
async function anAutoscaler(
  of: { minimum?: number; maximum?: number; slots?: number; launch?: () => LaunchScript } = {},
) {
  const { minimum, maximum = 100, slots = 1, launch = () => ({ bootMs: 5_000 }) } = of;
  const parts = memoryWorld({ launch });
  const { world, clock, catalog, invocations, ledger } = parts;
  await deployEndpoint(parts, { minimum, maximum, asyncInference: { maxConcurrentInvocationsPerInstance: slots } });
  const fleet = new Fleet(world);
  const histories = new VariantHistories(world);
  const leadership = { isLeading: true };
  const grounds = { policies: NO_POLICIES, learnt: histories, settings: SETTINGS };
  const steps = {
    creation: new EndpointCreation(world, fleet),
    deletion: new EndpointDeletion(world, fleet, histories),
    rollOut: new EndpointRollOut(world, fleet, histories, leadership),
    counts: new CountChange(world, fleet, leadership),
    scaler: new EndpointScaler(world, fleet, grounds, leadership),
  };
  const loop = new AutoscalerLoop(world, fleet, steps, leadership);
  loop.start();
  await clock.settle();
  return {
    ...parts,
    fleet,
    loop,
    counts: () => fleet.counts('reader'),
    activities: () => catalog.activities.list({ limit: 100 }),
    submit: async (count: number): Promise<void> => {
      const input = { location: 's3://results/input' };
      for (let each = 0; each < count; each += 1) await submitInvocation(world, { endpointName: 'reader', input });
    },
    /** Empties the backlog, as if a worker had run all of it. */
    finishAll: async (): Promise<void> => {
      for (const { id } of await invocations.list({ limit: 10_000 }))
        await ledger.cancel(id, { settledAt: clock.now() }, []);
      parts.signals.notify({ kind: 'backlog', endpointName: 'reader' });
    },
  };
}

test('launches an instance at once when an invocation is accepted at zero', async () => {
  const { submit, clock, counts, activities } = await anAutoscaler();
  await submit(1);
  await clock.settle();
  expect(counts()).toEqual({ starting: 1, inService: 0, draining: 0 });
  expect(await activities()).toMatchObject([{ from: 0, to: 1, status: 'InProgress' }]);
  await clock.advance(5_000);
  expect(counts()).toEqual({ starting: 0, inService: 1, draining: 0 });
  expect(await activities()).toMatchObject([
    { status: 'Successful', description: 'Setting desired instance count to 1.', endedAt: clock.now() },
  ]);
});

test.each([
  [1_000, 4, 500, 250],
  [1_000, 4, 100, 100],
  [1_001, 4, 500, 251],
])('%i queued at %i per instance and a maximum of %i lead to %i instances in one activity', async (...row) => {
  const [queued, slots, maximum, launched] = row;
  const { world, clock, invocations, signals, counts, activities } = await anAutoscaler({ slots, maximum });
  const notify = signals.notify.bind(signals);
  signals.notify = () => {};
  const input = { location: 's3://results/input' };
  for (let each = 0; each < queued; each += 1) await submitInvocation(world, { endpointName: 'reader', input });
  expect(await invocations.backlog('reader')).toMatchObject({ queued });
  signals.notify = notify;
  signals.notify({ kind: 'backlog', endpointName: 'reader' });
  await clock.settle();
  expect(counts().starting).toBe(launched);
  await clock.advance(10_000);
  expect(counts()).toEqual({ starting: 0, inService: launched, draining: 0 });
  expect(await activities()).toMatchObject([{ from: 0, to: launched, observation: { backlog: { queued } } }]);
});

test('does not launch again for instances that are starting, regardless of the number of signals', async () => {
  const { submit, clock, counts, activities } = await anAutoscaler();
  await submit(1);
  await clock.settle();
  await submit(2);
  await clock.advance(1_000);
  expect(counts().starting).toBe(3);
  expect(await activities()).toMatchObject([
    { from: 1, to: 3 },
    { from: 0, to: 1 },
  ]);
});

test('scales an endpoint to its minimum when it has been idle for the keep-warm time, not before', async () => {
  const { submit, clock, counts, finishAll, catalog } = await anAutoscaler({ minimum: 1 });
  await submit(3);
  await clock.advance(6_000);
  expect(counts().inService).toBe(3);
  await finishAll();
  await clock.advance(KEEP_WARM_MS - 2_000);
  expect(counts().inService).toBe(3);
  await clock.advance(2_000);
  expect(counts()).toEqual({ starting: 0, inService: 1, draining: 0 });
  expect((await catalog.endpoints.get('reader'))?.variants[0]?.desiredInstanceCount).toBe(1);
});

test('tries failed launches again after 1, 2, 4 … seconds, and records why they failed', async () => {
  const launchedAt: number[] = [];
  const error = new EbbError('InstanceUnavailable', 'No such capacity.');
  const { submit, clock, activities } = await anAutoscaler({
    launch: () => {
      launchedAt.push(clock.now());
      return { error };
    },
  });
  const startedAt = clock.now();
  await submit(1);
  await clock.advance(16_000);
  expect(launchedAt.map((at) => Math.floor((at - startedAt) / 1_000))).toEqual([0, 1, 3, 7, 15]);
  expect((await activities())[0]).toMatchObject({
    status: 'Failed',
    statusMessage: 'Failed to set desired instance count to 1. Reason: No such capacity.',
  });
});

test('counts an instance that dies as soon as it is healthy as a failed launch', async () => {
  let launches = 0;
  const { submit, clock } = await anAutoscaler({
    launch: () => {
      launches += 1;
      return { diesAfterMs: 200 };
    },
  });
  await submit(1);
  await clock.advance(16_000);
  expect(launches).toBe(5);
});

test('carries out new bounds at once', async () => {
  const { world, clock, counts } = await anAutoscaler();
  const target = { endpointName: 'reader', variantName: 'AllTraffic', maxCapacity: 4 };
  await registerScalableTarget(world, { ...target, minCapacity: 2 });
  await clock.advance(6_000);
  expect(counts().inService).toBe(2);
  await registerScalableTarget(world, { ...target, minCapacity: 0, maxCapacity: 1 });
  await clock.advance(100);
  expect(counts()).toEqual({ starting: 0, inService: 1, draining: 0 });
});

test('finds a raised minimum by the next sweep if its signal was lost', async () => {
  const { catalog, clock, counts, world } = await anAutoscaler();
  const target = { endpointName: 'reader', variantName: 'AllTraffic', minCapacity: 0, maxCapacity: 4 };
  await registerScalableTarget(world, target);
  await clock.advance(1_000);
  await catalog.scalableTargets.update(scalableTargetKey('reader', 'AllTraffic'), (it) => ({ ...it, minCapacity: 1 }));
  await clock.advance(10_000);
  expect(counts().starting).toBe(1);
});

test('does not look at an idle endpoint again and again while scaling in is suspended', async () => {
  const { submit, clock, finishAll, invocations, world, counts } = await anAutoscaler();
  const suspended = { dynamicScalingIn: true };
  await registerScalableTarget(world, {
    endpointName: 'reader',
    variantName: 'AllTraffic',
    minCapacity: 0,
    maxCapacity: 4,
    suspended,
  });
  await submit(1);
  await clock.advance(5_000);
  await finishAll();
  await clock.advance(KEEP_WARM_MS + 1_000);
  let looks = 0;
  const backlog = invocations.backlog.bind(invocations);
  invocations.backlog = (...args) => ((looks += 1), backlog(...args));
  await clock.advance(60_000);
  expect(counts().inService).toBe(1);
  expect(looks).toBeLessThanOrEqual(7);
});

test('makes a decision again a second later if it failed', async () => {
  const { invocations, submit, clock, counts } = await anAutoscaler();
  const backlog = invocations.backlog.bind(invocations);
  invocations.backlog = async () => {
    throw new EbbError('Unavailable', 'No answer.');
  };
  await submit(1);
  await clock.settle();
  invocations.backlog = backlog;
  await clock.advance(1_100);
  expect(counts().starting).toBe(1);
});

test('decides nothing more once it is stopped', async () => {
  const { loop, submit, clock, counts } = await anAutoscaler();
  await loop.stop();
  await submit(1);
  await clock.advance(20_000);
  expect(counts()).toEqual({ starting: 0, inService: 0, draining: 0 });
});

test('stops at once even if an idle instance is due to go later', async () => {
  const { submit, clock, counts, finishAll, loop } = await anAutoscaler();
  await submit(1);
  await clock.advance(6_000);
  expect(counts().inService).toBe(1);
  await finishAll();
  await clock.settle();
  let hasStopped = false;
  void loop.stop().then(() => (hasStopped = true));
  await clock.settle();
  expect(hasStopped).toBe(true);
});

/** An endpoint at zero that is being created, and its state so far. */
async function aCreation(check: (signal?: AbortSignal) => Promise<void>) {
  const parts = await anAutoscaler();
  const { catalog, clock, instances, signals } = parts;
  instances.check = (_spec, signal) => check(signal);
  await catalog.endpoints.update('reader', (of) => ({ ...of, status: 'Creating', createdAt: clock.now() }));
  signals.notify({ kind: 'endpoint', endpointName: 'reader' });
  await clock.settle();
  return { ...parts, read: async () => (await catalog.endpoints.get('reader'))! };
}

test('waits out an outage before it proves an endpoint at zero', async () => {
  let isAway = true;
  const { clock, read } = await aCreation(async () => {
    if (isAway) throw new EbbError('Unavailable', 'The registry does not answer.');
  });
  await clock.advance(60_000);
  expect(await read()).toMatchObject({ status: 'Creating' });
  isAway = false;
  await clock.advance(2_000);
  expect(await read()).toMatchObject({ status: 'InService' });
});

test('fails an endpoint at zero if an outage lasts longer than a container may take to start', async () => {
  const { clock, read } = await aCreation(async () => {
    throw new EbbError('Unavailable', 'The registry does not answer.');
  });
  await clock.advance(482_000);
  expect(await read()).toMatchObject({ status: 'Failed', failureReason: 'The registry does not answer.' });
});

test('stops without waiting for an endpoint to be proven, and does not fail it', async () => {
  const { loop, read } = await aCreation(
    (signal) =>
      new Promise((_resolve, reject) => {
        signal!.addEventListener('abort', () => reject(new Error('The pull was called off.')), { once: true });
      }),
  );
  await loop.stop();
  expect(await read()).toMatchObject({ status: 'Creating' });
});
