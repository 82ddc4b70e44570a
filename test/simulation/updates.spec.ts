import { describe, expect, it } from 'vitest';
import { DEFAULT_DEPLOYMENT_CONFIG, type DeploymentConfig } from '../../libs/core/endpoint/deployment.js';
import { EbbError } from '../../libs/core/errors.js';
import { UNCHECKED } from '../../libs/core/alarm/alarm.js';
import type { LaunchScript } from '../support/memory-instances.js';
import { aRollOut } from './roll-out-scene.js';

const MINUTE = 60_000;
const STARTUP_SECONDS = 60;

/** Run `EBB_SIMULATION_RUNS=500 npm test -- test/simulation/updates` for many runs. */
const RUNS = Number(process.env['EBB_SIMULATION_RUNS'] ?? 2);

const CANARY_SIZE = { unit: 'CAPACITY_PERCENT', value: 10 } as const;
const QUARTER = { unit: 'CAPACITY_PERCENT', value: 25 } as const;

const KINDS: readonly (readonly [kind: string, config: DeploymentConfig])[] = [
  ['all at once', DEFAULT_DEPLOYMENT_CONFIG],
  ['by a canary', blueGreen({ kind: 'CANARY', waitMs: MINUTE, canarySize: CANARY_SIZE })],
  ['in steps', blueGreen({ kind: 'LINEAR', waitMs: MINUTE, stepSize: QUARTER })],
  ['in batches', { update: { kind: 'rolling', maximumBatchSize: QUARTER, waitMs: MINUTE }, rollbackAlarms: [] }],
];

const DYING: LaunchScript = { healthyAfterMs: Infinity, diesAfterMs: 200 };

const BAD: readonly (readonly [how: string, script: LaunchScript, reason: RegExp])[] = [
  ['is never healthy', { healthyAfterMs: Infinity }, /did not pass the ping health check/],
  ['dies at once', DYING, /ended with exit code 1/],
  ['does not exist', { error: new EbbError('ImageNotFound', 'There is no image "new".') }, /no image "new"/],
];

describe.each(KINDS)('an update %s, under load', (_kind, config) => {
  it('loses no invocation, and sends none to the old container after all traffic has moved', async () => {
    const scene = await aRollOut();
    await scene.update(config);
    await scene.untilSettledDown();
    expect(await scene.endpoint()).toMatchObject({ status: 'InService', configName: 'new', failureReason: undefined });
    expect(await scene.judge()).toEqual([]);
    expect(scene.instances()).toEqual(['new', 'new', 'new', 'new']);
  });

  it.each(BAD)('rolls back if the new container %s, which never gets an invocation', async (_how, script, reason) => {
    const scene = await aRollOut({ launch: { new: script }, startupSeconds: STARTUP_SECONDS });
    const begin = scene.clock.now();
    await scene.update(config);
    await scene.untilSettledDown();
    const endpoint = await scene.endpoint();
    expect(endpoint).toMatchObject({
      status: 'InService',
      configName: 'old',
      failureReason: expect.stringMatching(reason),
    });
    expect(endpoint.modifiedAt - begin).toBeLessThan((STARTUP_SECONDS + 5) * 1_000);
    expect(await scene.judge()).toEqual([]);
    expect(new Set((await scene.served()).map(({ image }) => image))).toEqual(new Set(['old']));
    expect(scene.instances()).toEqual(['old', 'old', 'old', 'old']);
  });

  it('rolls back when an alarm is in ALARM, and the new container finishes its invocations', async () => {
    const scene = await aRollOut();
    await scene.putAlarm({ name: 'errors', state: 'OK', stateReason: UNCHECKED });
    await scene.update({ ...config, rollbackAlarms: ['errors'], update: { ...config.update, ...kept(config) } });
    await scene.until(({ deployment }) => (deployment?.traffic ?? 0) > 0);
    await scene.clock.advance(10_000);
    await scene.putAlarm({ name: 'errors', state: 'ALARM', stateReason: 'too many' });
    await scene.untilSettledDown();
    expect(await scene.endpoint()).toMatchObject({
      status: 'InService',
      configName: 'old',
      failureReason: 'The alarm "errors" of AutoRollbackConfiguration is in ALARM.',
    });
    expect(await scene.judge()).toEqual([]);
    expect(scene.instances()).toEqual(['old', 'old', 'old', 'old']);
  });

  it.each(Array.from({ length: RUNS }, (_, seed) => seed))(
    'survives one crash after another (seed %i)',
    async (seed) => {
      const launch: Record<string, LaunchScript> = seed % 3 === 0 ? { new: DYING } : {};
      // One crash is certain, because a short update may see no other.
      const scene = await aRollOut({ seed, crashRate: 0.003, strike: 1 + (seed % 20), launch, arrivalMs: 1_000 });
      await scene.update(config);
      await scene.untilSettledDown();
      expect(scene.deaths).toBeGreaterThan(0);
      const { configName, status } = await scene.endpoint();
      expect({ status, configName }).toEqual({ status: 'InService', configName: seed % 3 === 0 ? 'old' : 'new' });
      expect(await scene.judge()).toEqual([]);
    },
  );
});

describe.each(KINDS)('Ebb may crash before and after every change of an update %s:', (_kind, config) => {
  const alarmed = { ...hastened(config), rollbackAlarms: ['errors'] };
  it.each<readonly [which: string, config: DeploymentConfig, launch: Record<string, LaunchScript>, ends: string]>([
    ['one that succeeds', hastened(config), {}, 'new'],
    ['one that cannot start', hastened(config), { new: DYING }, 'old'],
    ['one that is called off', alarmed, {}, 'old'],
  ])('%s', async (_which, changed, launch, ends) => {
    const run = async (strike?: number) => {
      const scene = await aRollOut({ instances: 2, arrivalMs: 3_000, launch, strike });
      await scene.putAlarm({ name: 'errors', state: 'OK', stateReason: UNCHECKED });
      await scene.update(changed);
      if (changed.rollbackAlarms.length > 0) {
        await scene.until(({ deployment }) => (deployment?.traffic ?? 0) > 0);
        await scene.putAlarm({ name: 'errors', state: 'ALARM', stateReason: 'too many' });
      }
      await scene.untilSettledDown();
      const { configName, status } = await scene.endpoint();
      const end = { status, configName, images: scene.instances(), faults: await scene.judge() };
      return { steps: scene.steps, came: { strike, deaths: scene.deaths, ...end } };
    };
    const end = { status: 'InService', configName: ends, images: [ends, ends], faults: [] };
    const { came: unharmed, steps } = await run();
    expect(unharmed).toEqual({ deaths: 0, ...end });
    for (let strike = 1; strike <= steps; strike += 1) {
      const { came } = await run(strike);
      expect(came).toEqual({ strike, deaths: 1, ...end });
    }
  });
});

it('a canary gets its share of the work, and not more', async () => {
  const scene = await aRollOut();
  await scene.update(KINDS[1]![1]);
  await scene.until(({ deployment }) => deployment?.stage === 'Baking');
  const from = scene.clock.now();
  await scene.clock.advance(MINUTE - 1_000);
  const served = (await scene.served()).filter(({ image, invocation }) => image && invocation.startedAt! >= from);
  const share = served.filter(({ image }) => image === 'new').length / served.length;
  expect(share).toBeGreaterThan(0.08);
  expect(share).toBeLessThanOrEqual(0.1);
});

it('an update of an endpoint at zero starts one instance to prove the container, then returns to zero', async () => {
  const scene = await aRollOut({ instances: 0, arrivalMs: Infinity });
  await scene.update(KINDS[1]![1]);
  await scene.until(({ deployment }) => deployment?.stage === 'Baking');
  expect(scene.instances()).toEqual(['new']);
  await scene.untilSettledDown();
  expect(scene.instances()).toEqual([]);
});

it('an endpoint at zero runs new work on its old container while the new one starts', async () => {
  const scene = await aRollOut({ instances: 0, arrivalMs: Infinity, launch: { new: { healthyAfterMs: Infinity } } });
  await scene.update(DEFAULT_DEPLOYMENT_CONFIG);
  await scene.submit();
  await scene.clock.advance(10_000);
  expect((await scene.endpoint()).status).toBe('Updating');
  expect(await scene.served()).toMatchObject([{ image: 'old', invocation: { state: 'Completed' } }]);
});

describe('a count set by hand', () => {
  it('is reached before the endpoint is in service again', async () => {
    const scene = await aRollOut();
    await scene.setCount(6);
    expect((await scene.endpoint()).status).toBe('Updating');
    await scene.until(({ status }) => status === 'InService');
    expect(scene.instances()).toHaveLength(6);
  });

  it('is reverted if its instances cannot be launched', async () => {
    const scene = await aRollOut();
    scene.launchAs('old', { healthyAfterMs: Infinity, diesAfterMs: 100 });
    await scene.setCount(6);
    await scene.until(({ status }) => status === 'InService');
    const { failureReason, variants } = await scene.endpoint();
    expect(variants).toMatchObject([{ desiredInstanceCount: 4 }]);
    expect(failureReason).toContain('ended with exit code 1');
    expect(scene.instances()).toHaveLength(4);
  });

  it('is not affected by launches that failed before it', async () => {
    const scene = await aRollOut();
    scene.launchAs('old', { healthyAfterMs: Infinity, diesAfterMs: 100 });
    await scene.setCount(6);
    await scene.until(({ status }) => status === 'InService');
    await scene.setCount(2);
    await scene.until(({ status }) => status === 'InService');
    expect((await scene.endpoint()).variants).toMatchObject([{ desiredInstanceCount: 2 }]);
    scene.launchAs('old', {});
    await scene.setCount(5);
    await scene.until(({ status }) => status === 'InService');
    expect((await scene.endpoint()).variants).toMatchObject([{ desiredInstanceCount: 5 }]);
    expect(scene.instances()).toHaveLength(5);
  });
});

it('a rolling update that cannot launch the old container again keeps its instances and says so', async () => {
  const gone = new EbbError('ImageNotFound', 'There is no image "old".');
  const scene = await aRollOut();
  const [, rolling] = KINDS[3]!;
  await scene.putAlarm({ name: 'errors', state: 'OK', stateReason: UNCHECKED });
  await scene.update({ ...rolling, rollbackAlarms: ['errors'] });
  await scene.until(({ deployment }) => deployment?.step === 2);
  scene.launchAs('old', { error: gone });
  await scene.putAlarm({ name: 'errors', state: 'ALARM', stateReason: 'too many' });
  await scene.until(({ status }) => status === 'UpdateRollbackFailed');
  expect(scene.instances().toSorted()).toEqual(['new', 'old', 'old', 'old']);
  const from = scene.clock.now();
  await scene.clock.advance(30_000);
  const since = (await scene.served()).filter(({ image, invocation }) => image && invocation.startedAt! > from);
  expect(new Set(since.map(({ image }) => image))).toEqual(new Set(['new', 'old']));
  expect(await scene.endpoint()).toMatchObject({
    failureReason: expect.stringContaining('is in ALARM. Rolling back failed, too: There is no image "old".'),
  });
  scene.launchAs('old', {});
  await scene.update(DEFAULT_DEPLOYMENT_CONFIG);
  await scene.untilSettledDown();
  expect(await scene.endpoint()).toMatchObject({ status: 'InService', configName: 'new' });
  expect(await scene.judge()).toEqual([]);
});

function blueGreen(routing: Extract<DeploymentConfig['update'], { kind: 'blue-green' }>['routing']): DeploymentConfig {
  return { update: { kind: 'blue-green', routing, terminationWaitMs: 0 }, rollbackAlarms: [] };
}

/** Shortens all waits to one second, also the wait after the last of the traffic has moved. */
function hastened({ update, ...config }: DeploymentConfig): DeploymentConfig {
  const waitMs = 1_000;
  if (update.kind === 'rolling') return { ...config, update: { ...update, waitMs } };
  return { ...config, update: { ...update, routing: { ...update.routing, waitMs }, terminationWaitMs: waitMs } };
}

/**
 * Keeps the old instances for a minute, so that even an all-at-once update can be rolled back after its traffic has
 * moved.
 */
function kept({ update }: DeploymentConfig): { terminationWaitMs?: number } {
  return update.kind === 'blue-green' ? { terminationWaitMs: MINUTE } : {};
}
