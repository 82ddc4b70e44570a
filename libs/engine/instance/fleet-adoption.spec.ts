import { expect, test } from 'vitest';
import type { Endpoint } from '../../core/endpoint/endpoint.js';
import { launchSpec } from './launch-spec.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { Fleet } from './fleet.js';
import { ORPHANS_PATIENCE_MS } from './fleet-adoption.js';

/** A world in which an earlier run launched instances of the endpoint `reader`, and was killed. */
async function afterACrash(ids: readonly string[], healthyAfterMs = 0) {
  const parts = memoryWorld({ launch: () => ({ healthyAfterMs }) });
  const { clock, instances, log, world } = parts;
  const endpoint = await deployEndpoint(parts, { maximum: 5 });
  const variant = endpoint.variants[0]!;
  for (const id of ids) await instances.launch(launchSpec(endpoint.name, variant, id));
  const launchedAt = clock.now();
  await clock.advance(1_000);
  const started: string[] = [];
  const fleet = new Fleet(world, { started: (name) => void started.push(name), startFailed: () => {} });
  const warnings: unknown[] = [];
  Object.assign(log, { warn: (...of: unknown[]) => warnings.push(of) });
  return {
    ...parts,
    endpoint,
    variant,
    fleet,
    started,
    launchedAt,
    warnings,
    living: async () => (await instances.list()).map(({ instanceId }) => instanceId),
  };
}

test('an instance that the catalog still has is taken over with its age, and serves from its first good ping on', async () => {
  const { clock, fleet, launchedAt, living, started } = await afterACrash(['a', 'b'], 3_000);
  await fleet.start();
  expect(fleet.counts('reader')).toEqual({ starting: 2, inService: 0, draining: 0 });
  expect(fleet.starts('reader', 'AllTraffic')).toMatchObject([
    { launchedAt, phase: 'ping', phaseSince: clock.now() },
    {},
  ]);
  expect(fleet.reserve('reader', 5)).toEqual([]);
  await clock.advance(2_000);
  expect(fleet.counts('reader')).toEqual({ starting: 0, inService: 2, draining: 0 });
  expect(fleet.reserve('reader', 5)).toHaveLength(2);
  expect(await living()).toEqual(['a', 'b']);
  // A takeover is not a start, so nothing is learnt from it.
  expect(started).toEqual([]);
});

test('an instance of the new side of an update is taken over too', async () => {
  const { catalog, clock, endpoint, fleet, instances, variant } = await afterACrash(['old']);
  const next = { ...variant, deploymentId: 'second' };
  await instances.launch(launchSpec('reader', next, 'new'));
  await catalog.endpoints.update('reader', (current) => ({ ...current, ...updating(endpoint, next) }));
  await fleet.start();
  await clock.advance(0);
  expect(fleet.counts('reader', 'AllTraffic', 'first')).toMatchObject({ inService: 1 });
  expect(fleet.counts('reader', 'AllTraffic', 'second')).toMatchObject({ inService: 1 });
});

test('an instance that no deployment has any more is gone before anything is decided', async () => {
  const { catalog, fleet, living, variant } = await afterACrash(['a']);
  const variants = [{ ...variant, deploymentId: 'second' }];
  await catalog.endpoints.update('reader', (current) => ({ ...current, variants }));
  await fleet.start();
  expect(await living()).toEqual([]);
  expect(fleet.instances('reader')).toEqual([]);
});

test('a paused instance is ended, and the log says so', async () => {
  const { clock, fleet, instances, living, warnings } = await afterACrash(['a']);
  await instances.pause('a');
  await fleet.start();
  await clock.advance(0);
  expect(await living()).toEqual([]);
  expect(warnings).toMatchObject([
    [expect.stringContaining('Terminating'), { instanceId: 'a', reason: expect.stringContaining('paused') }],
  ]);
});

test('an instance that cannot be taken over is ended, and a slow end is not waited for', async () => {
  const { clock, fleet, instances } = await afterACrash(['a']);
  instances.adopt = async () => Promise.reject(new Error('The engine does not answer.'));
  const told = Promise.withResolvers<string>();
  instances.terminate = (instanceId) => (told.resolve(instanceId), new Promise<void>(() => {}));
  const started = fleet.start();
  expect(await told.promise).toBe('a');
  await clock.advance(ORPHANS_PATIENCE_MS);
  await started;
  expect(fleet.counts('reader')).toEqual({ starting: 0, inService: 0, draining: 0 });
});

test('an adopted instance that dies before it is healthy again has failed to start', async () => {
  const { clock, fleet, instances } = await afterACrash(['a'], Infinity);
  await fleet.start();
  instances.kill('a');
  await clock.advance(0);
  expect(fleet.launchFailures('reader', 'AllTraffic')).toMatchObject({ count: 1, lastEnd: 'crashed' });
});

test('an adopted instance that does not answer in time is replaced, and does not count as a failed launch', async () => {
  const { clock, fleet, living } = await afterACrash(['a'], Infinity);
  await fleet.start();
  await clock.advance(481_000);
  expect(await living()).toEqual([]);
  expect(fleet.launchFailures('reader', 'AllTraffic')).toBeUndefined();
});

test('an orphan that turns up later is ended within a minute, and the instances of the fleet stay', async () => {
  const { clock, endpoint, fleet, instances, living, variant } = await afterACrash([]);
  await fleet.start();
  fleet.launch(endpoint, variant, 1);
  await clock.advance(0);
  await instances.launch(launchSpec('reader', variant, 'late'));
  await clock.advance(60_000);
  const [own] = fleet.instances('reader');
  expect(await living()).toEqual([own!.id]);
});

test('an orphan that could not be terminated is terminated again', async () => {
  const { clock, fleet, instances, variant } = await afterACrash([]);
  await fleet.start();
  await instances.launch(launchSpec('reader', variant, 'stubborn'));
  let told = 0;
  instances.terminate = async () => ((told += 1), Promise.reject(new Error('The engine does not answer.')));
  await clock.advance(180_000);
  expect(told).toBe(3);
});

function updating(endpoint: Endpoint, variant: Endpoint['variants'][number]): Partial<Endpoint> {
  return {
    status: 'Updating',
    deployment: {
      id: variant.deploymentId,
      configName: endpoint.configName,
      variants: [variant],
      config: {
        update: { kind: 'blue-green', routing: { kind: 'ALL_AT_ONCE', waitMs: 0 }, terminationWaitMs: 0 },
        rollbackAlarms: [],
      },
      startedAt: 0,
      stage: 'Launching',
      stageSince: 0,
      step: 0,
      traffic: 0,
    },
  };
}
