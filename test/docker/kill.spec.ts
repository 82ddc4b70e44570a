import type Docker from 'dockerode';
import { afterEach, expect, it } from 'vitest';
import { endpointNow } from '../support/asynchronous-endpoint.js';
import { Scene, type Sent, engineAt } from './scene.js';
import { onEach } from './tested-drivers.js';

const SLOTS = 2;
const INSTANCES = 2;
const REQUESTS = 12;
const STRANGER = 'stranger';

onEach(['dockerd', 'podman', 'process'], (driver) => {
  let scene: Scene;

  afterEach(async () => {
    if (driver.engine) await removeStrangers(engineAt(driver.engine));
    await scene?.[Symbol.asyncDispose]();
  });

  it('loses nothing and settles nothing twice when Ebb is killed with invocations running', async () => {
    scene = await Scene.open(driver);
    await scene.deploy({ name: 'echo', slots: SLOTS, maximum: INSTANCES });
    const sent = await burst('delayMs=1500');
    await running(SLOTS * INSTANCES);
    await scene.kill();
    await scene.restart();
    expect(await scene.faultsOf(sent)).toEqual([]);
    expect(await scene.faultsOf([await scene.invoke('echo', 'afterwards')])).toEqual([]);
  });

  it.skipIf(!driver.engine)(
    'goes on with the containers of the Ebb that was killed, and lets strangers be',
    async () => {
      scene = await Scene.open(driver);
      const stranger = await startStranger();
      await scene.deploy({ name: 'echo', slots: SLOTS, minimum: INSTANCES, maximum: INSTANCES });
      const before = await scene.containers();
      expect(before).toHaveLength(INSTANCES);
      const sent = await burst('delayMs=1500');
      await running(SLOTS * INSTANCES);

      await scene.kill();
      expect(await scene.containers()).toEqual(before);
      await scene.restart();
      expect(await scene.faultsOf(sent)).toEqual([]);
      expect(await scene.containers()).toEqual(before);
      expect(await isRunning(stranger)).toBe(true);
    },
  );

  it.skipIf(!driver.engine)('removes the containers that nobody needs any more', async () => {
    scene = await Scene.open(driver, { EBB_KEEP_WARM_SECONDS: '600' });
    await scene.deploy({ name: 'echo', slots: 1, maximum: INSTANCES });
    const stranger = await startStranger();
    await Promise.all([scene.invoke('echo', 'a', 'delayMs=500'), scene.invoke('echo', 'b', 'delayMs=500')]);
    await scene.until(
      'both serve',
      async () => (await endpointNow(scene.aws, 'echo')).instances.inService === INSTANCES,
    );
    await scene.kill();
    // One died while nobody looked: it is not there to be adopted, and what is left of it goes.
    const [victim] = await scene.containers();
    await scene.engine.getContainer(victim!).kill();
    await scene.restart();
    await scene.until('the dead one is gone', async () => !(await scene.containers()).includes(victim!));
    expect(await isRunning(stranger)).toBe(true);
  });

  async function burst(attributes: string): Promise<Sent[]> {
    const bodies = Array.from({ length: REQUESTS }, (_, index) => `request ${index}`);
    return Promise.all(bodies.map((body) => scene.invoke('echo', body, attributes)));
  }

  async function running(count: number): Promise<void> {
    const isReached = async (): Promise<boolean> => (await endpointNow(scene.aws, 'echo')).backlog.running === count;
    await scene.until(`${count} invocations run`, isReached);
  }

  async function isRunning(id: string): Promise<boolean> {
    return (await scene.engine.getContainer(id).inspect()).State.Running;
  }

  /** A container that somebody else runs on the same engine, from the same image. */
  async function startStranger(): Promise<string> {
    const container = await scene.engine.createContainer({ Image: driver.image('echo'), name: STRANGER });
    await container.start();
    return container.id;
  }
});

async function removeStrangers(engine: Docker): Promise<void> {
  for (const { Id } of await engine.listContainers({ all: true, filters: { name: [STRANGER] } })) {
    await engine.getContainer(Id).remove({ force: true });
  }
}
