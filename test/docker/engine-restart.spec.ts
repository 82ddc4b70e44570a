import { afterEach, expect, it } from 'vitest';
import { endpointNow } from '../support/asynchronous-endpoint.js';
import { ENGINE_RECIPES } from './engine-recipes.js';
import { Engine } from './engine.js';
import { Scene } from './scene.js';
import { containerDriver, onEach } from './tested-drivers.js';

const SLOTS = 2;
const INSTANCES = 2;
const REQUESTS = 12;

onEach(['dockerd', 'podman'], ({ name }) => {
  let engine: Engine;
  let scene: Scene;

  afterEach(async () => {
    await scene?.[Symbol.asyncDispose]();
    await engine?.[Symbol.asyncDispose]();
  });

  it('loses nothing when the engine is killed and started again with invocations queued and running', async () => {
    engine = await Engine.start(ENGINE_RECIPES.find((recipe) => recipe.name === name)!);
    scene = await Scene.open(containerDriver(name as 'dockerd' | 'podman', engine.host));
    await scene.deploy({ name: 'echo', slots: SLOTS, maximum: INSTANCES });
    const bodies = Array.from({ length: REQUESTS }, (_, index) => `request ${index}`);
    const sent = await Promise.all(bodies.map((body) => scene.invoke('echo', body, 'delayMs=1500')));
    await scene.until('all slots are taken and some wait', async () => {
      const { backlog } = await endpointNow(scene.aws, 'echo');
      return backlog.running === SLOTS * INSTANCES && backlog.queued > 0;
    });

    await engine.kill();
    const during = await scene.invoke('echo', 'while it is down');
    await engine.restart();
    expect(await scene.faultsOf([...sent, during])).toEqual([]);
    expect(await scene.faultsOf([await scene.invoke('echo', 'afterwards')])).toEqual([]);
  });
});
