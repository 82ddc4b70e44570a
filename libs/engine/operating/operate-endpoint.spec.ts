import { describe, expect, test } from 'vitest';
import type { InstancesScript } from '../../../test/support/memory-instances.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { InstanceState } from '../../core/instance/instance-state.js';
import { isSettled } from '../../core/invocation/invocation.js';
import { drainInstance } from './drain-instance.js';
import { Engine } from '../engine.js';
import { setGates } from './set-gates.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { wakeEndpoint } from './wake-endpoint.js';

const PROMISE = { kind: 'start', withinMs: 0 } as const;
const BY = 'operator Ada';

/** One endpoint whose instances by default take a second to start and three to answer. */
async function anEngine(of: { minimum?: number; maximum?: number; keepWarmMs?: number } & InstancesScript = {}) {
  const { minimum = 0, maximum = 4, keepWarmMs = 600_000 } = of;
  const { launch = () => ({ bootMs: 1_000 }), invoke = () => ({ serviceMs: 3_000 }) } = of;
  const parts = memoryWorld({ launch, invoke });
  const { catalog, clock, invocations, world } = parts;
  await deployEndpoint(parts, { minimum, maximum });
  await parts.objects.put({ bucket: 'results', key: 'input' }, Buffer.from('x'));
  const settings = { pace: 'fast', promise: PROMISE, maxKeepWarmMs: keepWarmMs } as const;
  const started = async (): Promise<Engine> => {
    const engine = new Engine(world, 'worker', settings);
    await engine.start();
    await clock.settle();
    return engine;
  };
  const gates = async (state: 'open' | 'paused', gate: 'dispatch' | 'intake' = 'dispatch'): Promise<void> => {
    await setGates(world, { endpointName: 'reader', gates: [gate], state, by: BY });
    await clock.settle();
  };
  const submit = async (count = 1): Promise<void> => {
    const input = { location: 's3://results/input' };
    for (let each = 0; each < count; each += 1) await submitInvocation(world, { endpointName: 'reader', input });
    await clock.settle();
  };
  return {
    ...parts,
    started,
    gates,
    submit,
    backlog: () => invocations.backlog('reader'),
    states: async () => (await invocations.list({ limit: 100 })).map(({ state }) => state),
    settled: async () => (await invocations.list({ limit: 100 })).filter(({ state }) => isSettled(state)).length,
    /** Stops the engine; its running invocations finish first. */
    stop: async (engine: Engine): Promise<void> => {
      const stopped = engine.stop();
      await clock.advance(60_000);
      await stopped;
    },
    activities: () => catalog.activities.list({ limit: 100, includeNotScaled: true }),
  };
}

function inState(engine: Engine, state: InstanceState): number {
  return engine.fleet.details('reader').filter((each) => each.state === state).length;
}

describe('while dispatch is paused', () => {
  test('running invocations go on to their end, and no other begins', async () => {
    const { backlog, clock, gates, settled, started, stop, submit } = await anEngine({ maximum: 1 });
    const engine = await started();
    await submit(3);
    await clock.advance(2_000);
    expect(await backlog()).toMatchObject({ running: 1, queued: 2 });
    await gates('paused');
    await clock.advance(60_000);
    expect([await settled(), await backlog()]).toMatchObject([1, { running: 0, queued: 2 }]);
    await gates('open');
    await clock.advance(10_000);
    expect(await settled()).toBe(3);
    await stop(engine);
  });

  test('nothing is launched for queued invocations, and that is no failure', async () => {
    const { activities, backlog, catalog, clock, gates, settled, started, stop, submit } = await anEngine();
    const engine = await started();
    await gates('paused');
    await submit(10);
    await clock.advance(600_000);
    expect(engine.fleet.details('reader')).toEqual([]);
    expect([await activities(), (await catalog.endpoints.get('reader'))!.failureReason]).toEqual([[], undefined]);
    expect(await backlog()).toMatchObject({ queued: 10 });
    await gates('open');
    await clock.advance(50);
    expect(inState(engine, 'Starting')).toBe(4);
    await clock.advance(60_000);
    expect(await settled()).toBe(10);
    await stop(engine);
  });

  test('idle instances go as usual', async () => {
    const { clock, gates, started, stop, submit } = await anEngine({ keepWarmMs: 30_000 });
    const engine = await started();
    await submit();
    await clock.advance(5_000);
    await gates('paused');
    await submit();
    await clock.advance(60_000);
    expect(engine.fleet.details('reader')).toEqual([]);
    await stop(engine);
  });

  test('it stays paused after a restart, and keeps the backlog', async () => {
    const { backlog, clock, gates, settled, started, stop, submit } = await anEngine();
    const engine = await started();
    await gates('paused');
    await submit(2);
    await stop(engine);
    const next = await started();
    await clock.advance(60_000);
    expect(await backlog()).toMatchObject({ queued: 2, running: 0 });
    await gates('open');
    await clock.advance(60_000);
    expect(await settled()).toBe(2);
    await stop(next);
  });

  test('an invocation expires when its time in the backlog is over', async () => {
    const { clock, gates, started, stop, states, world } = await anEngine();
    const engine = await started();
    await gates('paused');
    const input = { location: 's3://results/input' };
    await submitInvocation(world, { endpointName: 'reader', input, ttlSeconds: 30 });
    await clock.advance(60_000);
    expect(await states()).toEqual(['Expired']);
    await stop(engine);
  });
});

describe('an order to wake', () => {
  test('launches instances before any invocation comes, records who gave it, and holds once', async () => {
    const { activities, catalog, clock, started, stop, world } = await anEngine({ keepWarmMs: 30_000 });
    const engine = await started();
    await wakeEndpoint(world, { endpointName: 'reader', instances: 2, by: BY });
    await clock.advance(1_500);
    expect(inState(engine, 'InService')).toBe(2);
    expect(await activities()).toMatchObject([
      { from: 0, to: 2, cause: 'operator Ada asked for 2 instances at once', answers: [{ by: 'operator', wants: 2 }] },
    ]);
    expect((await catalog.endpoints.get('reader'))!.variants[0]!.wakeOrder).toBeUndefined();
    await clock.advance(60_000);
    expect(engine.fleet.details('reader')).toEqual([]);
    await stop(engine);
  });

  test('is carried out after a crash that came first', async () => {
    const { clock, started, stop, world } = await anEngine();
    await wakeEndpoint(world, { endpointName: 'reader', by: BY });
    const engine = await started();
    await clock.advance(1_500);
    expect(inState(engine, 'InService')).toBe(1);
    await stop(engine);
  });

  test('does not hurry failing launches, and is forgotten when they have failed for a minute', async () => {
    const { catalog, clock, started, stop, world } = await anEngine({
      launch: () => ({ diesAfterMs: 10, healthyAfterMs: Infinity }),
    });
    const engine = await started();
    await wakeEndpoint(world, { endpointName: 'reader', instances: 4, by: BY });
    await clock.advance(200_000);
    expect(engine.fleet.launchFailures('reader', 'AllTraffic')!.count).toBeLessThan(10);
    expect((await catalog.endpoints.get('reader'))!.variants[0]!.wakeOrder).toBeUndefined();
    expect(engine.fleet.details('reader')).toEqual([]);
    await stop(engine);
  });

  test('is refused beyond the maximum, for an unknown variant, and while the endpoint is being changed', async () => {
    const { catalog, world } = await anEngine({ maximum: 2 });
    const wake = (of: { instances?: number; variantName?: string }) =>
      wakeEndpoint(world, { endpointName: 'reader', by: BY, ...of });
    await expect(wake({ instances: 3 })).rejects.toThrow('instances must be at most 2, the maximum capacity');
    await expect(wake({ variantName: 'x' })).rejects.toThrow(
      'variant must be one of the endpoint\'s: endpoint "reader"',
    );
    await catalog.endpoints.update('reader', (current) => ({ ...current, status: 'Updating' }));
    await expect(wake({})).rejects.toMatchObject({ code: 'ChangeInProgress' });
  });
});

describe('an instance that is drained', () => {
  test('finishes its running invocations, takes no more, ends, and is replaced if it is needed', async () => {
    const { backlog, clock, instances, settled, started, stop, submit, world } = await anEngine({ maximum: 1 });
    const engine = await started();
    await submit(2);
    await clock.advance(2_000);
    const [first] = engine.fleet.details('reader');
    expect(first).toMatchObject({ state: 'InService', running: [{ invocationId: expect.any(String) as string }] });
    const request = { endpointName: 'reader', instanceId: first!.id, by: BY };
    expect(await drainInstance(world, engine.fleet, request)).toMatchObject({ id: first!.id, state: 'Draining' });
    await clock.settle();
    // The replacement does not wait until it is gone.
    expect(inState(engine, 'Starting')).toBe(1);
    expect(await backlog()).toMatchObject({ running: 1, queued: 1 });
    await clock.advance(2_500);
    expect(await settled()).toBe(1);
    expect((await instances.list()).map(({ instanceId }) => instanceId)).not.toContain(first!.id);
    await clock.advance(5_000);
    expect(await settled()).toBe(2);
    await stop(engine);
  });

  test('must belong to the endpoint', async () => {
    const { clock, started, stop, submit, world } = await anEngine();
    const engine = await started();
    await submit();
    await clock.advance(1_500);
    const request = { endpointName: 'reader', instanceId: 'nobody', by: BY };
    await expect(drainInstance(world, engine.fleet, request)).rejects.toMatchObject({ code: 'InstanceNotFound' });
    expect(engine.fleet.drainInstance('other', engine.fleet.details('reader')[0]!.id)).toBeUndefined();
    expect(inState(engine, 'InService')).toBe(1);
    await stop(engine);
  });
});
