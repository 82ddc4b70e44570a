import { expect, test } from 'vitest';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import type { LaunchScript } from '../../../test/support/memory-instances.js';
import type { LaunchFailures } from '../../core/instance/crash-loop.js';
import { Engine } from '../engine.js';
import { reportCrashLoop } from './report-crash-loop.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';

const LOOPING: LaunchFailures = {
  count: 2,
  faults: 2,
  since: 0,
  lastAt: 5_000,
  lastLaunchedAt: 4_000,
  lastReason: 'No such capacity.',
  lastEnd: 'crashed',
  permanent: false,
};

async function anEndpoint() {
  const parts = memoryWorld();
  await deployEndpoint(parts);
  const { endpoints } = parts.catalog;
  let writes = 0;
  const update = endpoints.update.bind(endpoints);
  endpoints.update = (...of) => ((writes += 1), update(...of));
  return {
    endpoints,
    read: async () => (await endpoints.get('reader'))!,
    report: async (failures: LaunchFailures | undefined) =>
      reportCrashLoop(parts.world, (await endpoints.get('reader'))!, 'AllTraffic', failures),
    writes: () => writes,
  };
}

test('names a variant in a crash loop on an endpoint that stays in service, until the crash loop is over', async () => {
  const { report, read } = await anEndpoint();
  await report(LOOPING);
  expect(await read()).toMatchObject({
    status: 'InService',
    failureReason: expect.stringContaining('AllTraffic is in a crash loop: 2 launches in a row have failed'),
  });
  await report(undefined);
  expect((await read()).failureReason).toBeUndefined();
});

test('writes nothing while the crash loop is unchanged', async () => {
  const { report, writes } = await anEndpoint();
  await report(undefined);
  await report({ ...LOOPING, count: 1 });
  expect(writes()).toBe(0);
  await report(LOOPING);
  await report(LOOPING);
  expect(writes()).toBe(1);
});

test('leaves the reason why an endpoint could not be created', async () => {
  const { endpoints, report, read, writes } = await anEndpoint();
  await endpoints.update('reader', (endpoint) => ({ ...endpoint, status: 'Failed', failureReason: 'No image.' }));
  await report(LOOPING);
  expect(await read()).toMatchObject({ status: 'Failed', failureReason: 'No image.' });
  expect(writes()).toBe(1);
});

test('an engine reports a crash loop while it lasts, and works off the backlog once the container is mended', async () => {
  let script: LaunchScript = { healthyAfterMs: Infinity, diesAfterMs: 50 };
  const parts = memoryWorld({ launch: () => script });
  const { catalog, clock, invocations, objects, world } = parts;
  await deployEndpoint(parts, { maximum: 4 });
  await objects.put({ bucket: 'results', key: 'input' }, Buffer.from('input'));
  const promise = { kind: 'start', withinMs: 0 } as const;
  const engine = new Engine(world, 'worker', { pace: 'fast', promise, maxKeepWarmMs: 60_000 });
  const started = engine.start();
  await clock.advance(0);
  await started;
  const input = { location: 's3://results/input' };
  for (let each = 0; each < 4; each += 1) await submitInvocation(world, { endpointName: 'reader', input });
  await clock.advance(8_000);
  expect(await catalog.endpoints.get('reader')).toMatchObject({
    status: 'InService',
    failureReason: expect.stringMatching(
      /AllTraffic is in a crash loop: 4 launches in a row have failed since .* code 1/,
    ),
  });
  script = {};
  await clock.advance(10_000);
  expect(await invocations.backlog('reader')).toEqual({ queued: 0, running: 0 });
  expect((await catalog.endpoints.get('reader'))?.failureReason).toBeUndefined();
  const stopped = engine.stop();
  await clock.advance(60_000);
  await stopped;
});
