import { expect, it } from 'vitest';
import { killRun } from '../fault/kill-run.js';
import { buildEngineImages } from '../support/engine-images.js';
import { onEach } from './tested-drivers.js';

const KILLS = Number(process.env['EBB_KILLS'] ?? 10);
const SEED = Number(process.env['EBB_SEED'] ?? Math.floor(Math.random() * 2 ** 32));

/** Processes are put to the same by `npm run test:fault`. */
onEach(['dockerd', 'podman'], (driver) => {
  it(`settles every accepted invocation exactly once though Ebb is killed ${KILLS} times`, async () => {
    console.log(`EBB_KILLS=${KILLS} EBB_SEED=${SEED}`);
    await buildEngineImages(driver.engine!);
    const { wrong, counts } = await killRun(KILLS, SEED, { settings: driver.settings, image: driver.image('echo') });
    console.table(counts);
    expect(wrong).toEqual([]);
  });
});
