import { describe, expect, it } from 'vitest';
import { DEFAULT_DEPLOYMENT_CONFIG, type DeploymentConfig } from '../../libs/core/deployment.js';
import { EbbError } from '../../libs/core/errors.js';
import { UNCHECKED } from '../../libs/core/alarm.js';
import type { LaunchScript } from '../support/memory-instances.js';
import { aRollOut } from './roll-out-scene.js';

const MINUTE = 60_000;
const STARTUP_SECONDS = 60;

const KINDS: readonly (readonly [kind: string, config: DeploymentConfig])[] = [
  ['all at once', DEFAULT_DEPLOYMENT_CONFIG],
  ['by a canary', blueGreen({ kind: 'CANARY', waitMs: MINUTE, canarySize: { unit: 'CAPACITY_PERCENT', value: 10 } })],
  ['in steps', blueGreen({ kind: 'LINEAR', waitMs: MINUTE, stepSize: { unit: 'CAPACITY_PERCENT', value: 25 } })],
  [
    'in batches',
    {
      update: { kind: 'rolling', maximumBatchSize: { unit: 'CAPACITY_PERCENT', value: 25 }, waitMs: MINUTE },
      rollbackAlarms: [],
    },
  ],
];

const BAD: readonly (readonly [how: string, script: LaunchScript, reason: RegExp])[] = [
  ['is never healthy', { healthyAfterMs: Infinity }, /did not pass the ping health check/],
  ['dies at once', { healthyAfterMs: Infinity, diesAfterMs: 200 }, /ended with exit code 1/],
  ['does not exist', { error: new EbbError('ImageNotFound', 'There is no image "new".') }, /no image "new"/],
];

describe.each(KINDS)('an update %s, under load', (_kind, config) => {
  it('loses nothing, and takes nothing to the old container when all traffic has moved', async () => {
    const scene = await aRollOut();
    await scene.update(config);
    await scene.untilSettledDown();
    expect(await scene.endpoint()).toMatchObject({ status: 'InService', configName: 'new', failureReason: undefined });
    expect(await scene.judge()).toEqual([]);
    expect(scene.instances()).toEqual(['new', 'new', 'new', 'new']);
  });

  it.each(BAD)('goes back where the new container %s, and it never sees any work', async (_how, script, reason) => {
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

  it('goes back when an alarm rings, and what the new container had begun is finished', async () => {
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

  it.each<readonly [which: string, launch: Record<string, LaunchScript>, ends: string]>([
    ['a good one', {}, 'new'],
    ['one that has to go back', { new: { healthyAfterMs: Infinity, diesAfterMs: 200 } }, 'old'],
  ])('survives a crash of Ebb before and after each change of its record: %s', async (_which, launch, ends) => {
    const run = async (strike: { nth: number; when: 'before' | 'after' }) => {
      const scene = await aRollOut({ launch, strike });
      await scene.update(config);
      await scene.untilSettledDown();
      const { configName, status } = await scene.endpoint();
      const { deaths, recordChanges } = scene;
      return { recordChanges, came: { strike, deaths, status, configName, faults: await scene.judge() } };
    };
    const { recordChanges } = await run({ nth: Infinity, when: 'before' });
    expect(recordChanges).toBeGreaterThan(1);
    for (let nth = 1; nth <= recordChanges; nth += 1) {
      for (const when of ['before', 'after'] as const) {
        const { came } = await run({ nth, when });
        const expected = { deaths: 1, status: 'InService', configName: ends, faults: [] };
        expect(came).toEqual({ strike: { nth, when }, ...expected });
      }
    }
  });

  it.each(Array.from({ length: 6 }, (_, seed) => seed))(
    'survives crashes of Ebb between any two steps (seed %i)',
    async (seed) => {
      const isGood = seed % 3 !== 0;
      const launch: Record<string, LaunchScript> = isGood
        ? {}
        : { new: { healthyAfterMs: Infinity, diesAfterMs: 200 } };
      const scene = await aRollOut({ seed, crashRate: 0.002, launch });
      await scene.update(config);
      await scene.untilSettledDown();
      expect(await scene.endpoint()).toMatchObject({ status: 'InService', configName: isGood ? 'new' : 'old' });
      expect(await scene.judge()).toEqual([]);
    },
  );
});

it('a canary takes its share of the work, and not more', async () => {
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

it('an update of an endpoint at zero starts one instance to prove the container, and then none', async () => {
  const scene = await aRollOut({ instances: 0, hasLoad: false });
  await scene.update(KINDS[1]![1]);
  await scene.until(({ deployment }) => deployment?.stage === 'Baking');
  expect(scene.instances()).toEqual(['new']);
  await scene.untilSettledDown();
  expect(scene.instances()).toEqual([]);
});

it('an endpoint at zero does what comes with its old container while the new one starts', async () => {
  const scene = await aRollOut({ instances: 0, hasLoad: false, launch: { new: { healthyAfterMs: Infinity } } });
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

  it('is taken back where its instances cannot be had', async () => {
    const scene = await aRollOut();
    scene.launchAs('old', { healthyAfterMs: Infinity, diesAfterMs: 100 });
    await scene.setCount(6);
    await scene.until(({ status }) => status === 'InService');
    const { failureReason, variants } = await scene.endpoint();
    expect(variants).toMatchObject([{ desiredInstanceCount: 4 }]);
    expect(failureReason).toContain('ended with exit code 1');
    expect(scene.instances()).toHaveLength(4);
  });

  it('says nothing of launches that failed before it', async () => {
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

it('where the old container cannot be had again, a rolling update keeps what there is and says so', async () => {
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

/** So that even an update all at once can still be called off when its traffic has moved. */
function kept({ update }: DeploymentConfig): { terminationWaitMs?: number } {
  return update.kind === 'blue-green' ? { terminationWaitMs: MINUTE } : {};
}
