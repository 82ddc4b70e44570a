import { afterAll, beforeAll, expect, it } from 'vitest';
import { Scene } from './scene.js';
import { onEach } from './tested-drivers.js';

/** A start takes hundreds of milliseconds; this has room for a busy machine. */
const WAKE_LIMIT_MS = 200;
const ROUNDS = 3;

onEach(['dockerd', 'podman', 'process'], (driver) => {
  let scene: Scene;

  beforeAll(async () => {
    scene = await Scene.open(driver, { EBB_KEEP_WARM_SECONDS: '0' });
    await scene.deploy({
      name: 'napping',
      maximum: 1,
      tags: { 'ebb:warm-instances': '1', 'ebb:warm-seconds': '600' },
    });
  }, 120_000);

  afterAll(async () => {
    await scene?.[Symbol.asyncDispose]();
  });

  it('pauses an idle instance instead of ending it, and wakes it within milliseconds', async () => {
    const startMs = await waited();
    const wakesMs: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await scene.until('it is paused and counts as none', isPaused);
      wakesMs.push(await waited());
    }
    console.log(`${driver.name}: accepted to begun ${startMs} ms with a start, ${wakesMs.join(', ')} ms from paused`);
    expect(Math.min(...wakesMs)).toBeLessThan(WAKE_LIMIT_MS);
  });

  /** For how long an invocation waited for its instance, in milliseconds. */
  async function waited(): Promise<number> {
    const sent = await scene.invoke('napping', 'x');
    expect(await scene.faultsOf([sent])).toEqual([]);
    const { acceptedAt, startedAt } = await scene.now(sent);
    return Date.parse(startedAt!) - Date.parse(acceptedAt);
  }

  async function isPaused(): Promise<boolean> {
    const { instances } = await scene.aws.status<{ instances: Record<string, number> }>('endpoints/napping');
    return instances['paused'] === 1 && instances['inService'] === 0 && instances['desired'] === 0;
  }
});
