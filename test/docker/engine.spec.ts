import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { expect, it } from 'vitest';
import { buildEngineImages } from '../support/engine-images.js';
import { eventually } from '../support/eventually.js';
import { ENGINE_RECIPES } from './engine-recipes.js';
import { Engine } from './engine.js';
import { onEach } from './tested-drivers.js';

onEach(['dockerd', 'podman'], ({ name }) => {
  it('leaves nothing behind, not even when it was killed with a container running', async () => {
    const before = traces();
    const engine = await Engine.start(ENGINE_RECIPES.find((recipe) => recipe.name === name)!);
    const [Image] = await buildEngineImages(engine.host);
    const container = await engine.client.createContainer({ Image, HostConfig: { PublishAllPorts: true } });
    await container.start();
    const { Pid } = (await container.inspect()).State;
    expect(traces()).not.toEqual(before);
    await engine.kill();
    await engine[Symbol.asyncDispose]();
    expect(traces()).toEqual(before);
    await eventually('what ran in the container has ended', () => !existsSync(`/proc/${Pid}`));
  });
});

/** What engines of the tests have on this machine: mounts, bridges and folders of their own. */
function traces(): string[] {
  const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
  const bridges = readdirSync('/sys/class/net').filter((name) => /^ebb[0-9a-f]{8}$/.test(name));
  const folders = readdirSync(tmpdir()).filter((name) => name.startsWith('ebb-engine-'));
  return [...mounts.filter((mount) => mount.includes('/ebb-engine-')), ...bridges, ...folders].sort();
}
