import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { buildEngineImages } from '../support/engine-images.js';
import { eventually } from '../support/eventually.js';
import { ENGINE_RECIPES } from './engine-recipes.js';
import { Engine } from './engine.js';
import { onEach } from './tested-drivers.js';

onEach(['dockerd', 'podman'], ({ name }) => {
  it('leaves nothing behind, not even when it was killed with a container running', async () => {
    const engine = await Engine.start(ENGINE_RECIPES.find((recipe) => recipe.name === name)!);
    const [Image] = await buildEngineImages(engine.host);
    const container = await engine.client.createContainer({ Image, HostConfig: { PublishAllPorts: true } });
    await container.start();
    const { Pid } = (await container.inspect()).State;
    expect(engine.traces().length).toBeGreaterThan(2);
    await engine.kill();
    await engine[Symbol.asyncDispose]();
    expect(engine.traces()).toEqual([]);
    await eventually('what ran in the container has ended', () => !existsSync(`/proc/${Pid}`));
  });
});
