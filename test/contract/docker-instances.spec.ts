import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Docker from 'dockerode';
import { create } from 'tar';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readInstanceTypes } from '../../libs/core/instance/instance-type.js';
import type { LaunchSpec } from '../../libs/core/ports/instances.js';
import { DockerInstances, type DockerInstancesOptions } from '../../libs/drivers/instances/docker.js';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { ModelStore } from '../../libs/drivers/instances/model/model-store.js';
import { HOST_VARIABLE, MISSING_VARIABLE } from '../docker/engine-variables.js';
import { buildEngineImages } from '../support/engine-images.js';
import { ImageRegistry } from '../support/image-registry.js';
import { MemoryLogs } from '../support/memory-logs.js';
import { MemoryObjects } from '../support/memory-objects.js';
import { SocketGate } from '../support/socket-gate.js';
import { instancesContract } from './instances.contract.js';
import {
  idsOf,
  type InstancesScene,
  launchSpec,
  readText,
  request,
  untilHealthy,
  untilTail,
} from './instances-scene.js';

const MODEL = 's3://models/model.tar.gz';
const IMAGE = 'localhost/echo';
const MEBIBYTE = 1_048_576;
const TYPES = readInstanceTypes({
  'ml.tiny': { vCpu: 0.5, memoryMiB: 192 },
  'ml.many': { vCpu: 4096, memoryMiB: 192 },
  'ml.vast': { vCpu: 1, memoryMiB: 67_108_864 },
  'ml.gpu': { vCpu: 1, memoryMiB: 192, gpus: 2 },
});

interface DockerScene extends InstancesScene {
  readonly instances: DockerInstances;
  readonly client: Docker;
  readonly logs: MemoryLogs;
  readonly root: string;
  /** Opens another driver over the same directory, as after a restart. */
  restart(options?: Partial<DockerInstancesOptions>): Promise<DockerInstances>;
}

for (const name of ['dockerd', 'podman'] as const) {
  const engine = process.env[HOST_VARIABLE[name]];
  const missing = process.env[MISSING_VARIABLE[name]] ?? `${HOST_VARIABLE[name]} is not set.`;
  describe.skipIf(!engine)(`on ${name}${engine ? '' : `: ${missing}`}`, () => {
    beforeAll(() => buildEngineImages(engine!), 120_000);
    instancesContract(`containers of ${name}`, () => openScene(engine!));
    containersSuite(engine!, name === 'podman');
  });
}

async function openScene(engine: string): Promise<DockerScene> {
  const root = await mkdtemp(join(tmpdir(), 'ebb-docker-'));
  const objects = new MemoryObjects();
  await objects.createBucket('models');
  await objects.put({ bucket: 'models', key: 'model.tar.gz' }, await makeModel(root));
  const logs = new MemoryLogs();
  const opened: DockerInstances[] = [];
  const open = async (options: Partial<DockerInstancesOptions> = {}): Promise<DockerInstances> => {
    const directory = join(root, 'containers');
    const registryAuthFile = join(root, 'auth.json');
    const models = await ModelStore.open({ objects, directory: join(root, 'models') });
    const defaults = { engine, directory, models, logs, types: TYPES, registryAuthFile, region: 'eu-west-1' };
    opened.push(await DockerInstances.open({ ...defaults, ...options }));
    return opened.at(-1)!;
  };
  const client = new Docker({ socketPath: engine.slice('unix://'.length) });
  return {
    instances: await open(),
    client,
    logs,
    root,
    restart: open,
    afterCrash: async () => (await opened[0]!.close(), open()),
    image: IMAGE,
    missingImage: 'localhost/no-such-image',
    modelDataUrl: MODEL,
    unusableModelDataUrl: 's3://models/absent.tar.gz',
    close: async () => {
      const owner = await readFile(join(root, 'containers', 'owner'), 'utf8');
      const filters = { label: [`ebb.owner=${owner}`] };
      const left = await client.listContainers({ all: true, filters });
      await Promise.all(left.map(({ Labels }) => opened[0]!.terminate(Labels['ebb.instance']!, 0)));
      for (const instances of opened) await instances.close();
      await removeTree(root);
    },
  };
}

async function makeModel(root: string): Promise<Buffer> {
  await writeFile(join(root, 'weights.bin'), 'weights');
  const file = join(root, 'model.tar.gz');
  await create({ gzip: true, file, cwd: root }, ['weights.bin']);
  return readFile(file);
}

/** The promises that only containers keep. */
function containersSuite(engine: string, isPodman: boolean): void {
  describe('a container', () => {
    let scene: DockerScene;
    let instances: DockerInstances;

    const outputOf = async (lines: number): Promise<string[]> =>
      (await scene.logs.tail('i-1', lines)).map(({ text }) => text);

    beforeEach(async () => {
      scene = await openScene(engine);
      ({ instances } = scene);
    });

    afterEach(() => scene.close());

    const launch = async (instanceId: string, spec: Partial<LaunchSpec> = {}, container: object = {}) => {
      const defaults = launchSpec(instanceId, { image: IMAGE, environment: {}, ...container });
      const launched = await instances.launch({ ...defaults, ...spec });
      await untilHealthy(instances, instanceId);
      return launched;
    };
    const ask = async (instanceId: string, customAttributes: string, driver = instances): Promise<string> =>
      readText(await driver.invoke(instanceId, request('x', { customAttributes })));
    const inspect = async (instanceId: string) => {
      const owner = await readFile(join(scene.root, 'containers', 'owner'), 'utf8');
      return scene.client.getContainer(`ebb-${owner}-${instanceId}`).inspect();
    };

    const address = async (instanceId: string): Promise<string> => {
      const [network] = Object.values((await inspect(instanceId)).NetworkSettings.Networks);
      return `${network!.IPAddress}:8080`;
    };

    it('is given its model read-only, its environment, `serve` and its host name', async () => {
      const model = { environment: { COLOUR: 'blue' }, modelDataUrl: MODEL, containerHostname: 'the-model' };
      await launch('i-1', {}, model);
      expect(JSON.parse(await ask('i-1', 'describe'))).toMatchObject({
        env: { COLOUR: 'blue', AWS_REGION: 'eu-west-1', SM_MODEL_DIR: '/opt/ml/model', HOSTNAME: 'the-model' },
        modelFiles: ['weights.bin'],
      });
      expect((await ask('i-1', 'read=/proc/1/cmdline')).split('\0')).toEqual(['node', 'server.js', 'serve', '']);
      expect(await ask('i-1', 'read=/proc/mounts')).toMatch(/^\S+ \/opt\/ml\/model \S+ ro,/m);
    });

    it('finds the files of additional sources under the names of their channels', async () => {
      const source = { uri: MODEL, dataType: 'S3Object', compression: 'Gzip' };
      await launch('i-1', {}, { additionalModelData: [{ channelName: 'adapter', source }] });
      const path = '/opt/ml/additional-model-data-sources/adapter/weights.bin';
      expect(await ask('i-1', `read=${path}`)).toBe('weights');
    });

    it('has the limits of its type, no swap, and no privileges to gain', async () => {
      await launch('i-1', { instanceType: 'ml.tiny' });
      const { HostConfig } = await inspect('i-1');
      expect(HostConfig).toMatchObject({
        Memory: 192 * MEBIBYTE,
        MemorySwap: 192 * MEBIBYTE,
        NanoCpus: 500_000_000,
        PidsLimit: 4096,
        RestartPolicy: { Name: expect.stringMatching(/^(no)?$/) },
      });
      const status = await ask('i-1', 'read=/proc/self/status');
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).toMatch(/^CapBnd:\t00000000000004fb$/m);
    });

    it('that uses more memory than its type has ends with that reason', async () => {
      const { exited } = await launch('i-1', { instanceType: 'ml.tiny' });
      const greedy = instances.invoke('i-1', request('x', { customAttributes: 'allocate=400' }));
      await expect(greedy).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      expect(await exited).toEqual({
        exitCode: 137,
        isOutOfMemory: true,
        reason: 'The container was killed because it used more memory than its 192 MiB (exit code 137).',
      });
    });

    it('that another program kills is not reported as out of memory', async () => {
      const { exited } = await launch('i-1');
      await scene.client.getContainer((await inspect('i-1')).Id).kill();
      expect(await exited).toEqual({ exitCode: 137, reason: expect.stringContaining('SIGKILL') });
    });

    it('that another program removes has ended', async () => {
      const { exited } = await launch('i-1');
      await scene.client.getContainer((await inspect('i-1')).Id).remove({ force: true });
      await exited;
      await instances.terminate('i-1', 0);
      expect(await instances.list()).toEqual([]);
    });

    it.each([
      ['ml.unheard-of', /ml\.unheard-of is not known/],
      ['ml.many', /asks for 4096 vCPUs, of which there are \d+/],
      ['ml.vast', /asks for 67108864 MiB of memory, of which there are \d+/],
      ['ml.gpu', /asks for 2 GPUs, of which the container engine reports 0/],
    ])('of the type %s is not admitted', async (type, message) => {
      await expect(instances.admit(type)).rejects.toMatchObject({
        code: 'InvalidRequest',
        message: expect.stringMatching(message),
      });
    });

    it('of a type that fits the machine is admitted, and so is a container without a type', async () => {
      await expect(Promise.all(['ml.tiny', undefined].map((type) => instances.admit(type)))).resolves.toBeDefined();
    });

    it('cannot reach another instance, and an isolated one can reach only Ebb', async () => {
      await launch('i-1');
      await launch('i-2', { isNetworkIsolated: true });
      await launch('i-3', { isNetworkIsolated: true });
      for (const [from, to] of [
        ['i-1', 'i-2'],
        ['i-2', 'i-1'],
        ['i-2', 'i-3'],
      ] as const) {
        expect([from, to, await ask(from, `connect=${await address(to)}`)]).not.toContain('connected');
      }
      expect(await ask('i-2', 'connect=192.0.2.1:80')).toMatch(/ENETUNREACH|EHOSTUNREACH|timed out/);
      expect(await ask('i-3', '')).toBe('x');
    });

    it('writes its output to the logs with time and stream', async () => {
      const before = Date.now();
      await launch('i-1');
      await untilTail(scene.logs, 'i-1', /ready/);
      const [ready] = await scene.logs.tail('i-1', 10);
      expect(ready).toMatchObject({ stream: 'stdout', text: 'ready', endpointName: 'e', variantName: 'v' });
      expect(Math.abs(ready!.at - before)).toBeLessThan(10_000);
    });

    it('writes a line whole that the engine keeps in parts', async () => {
      await launch('i-1');
      // 18,000 bytes: more than the 16 KiB that dockerd keeps as one, and less than what Ebb cuts.
      const text = 'ü'.repeat(9_000);
      await ask('i-1', `printLong=${text.length}`);
      await readText(await instances.invoke('i-1', request('x', { inferenceId: 'after' })));
      await untilTail(scene.logs, 'i-1', /after/);
      const posts = ['inference-1', 'after'].map((id) => `POST /invocations ${id}`);
      expect(await outputOf(10)).toEqual(['ready', posts[0], text, posts[1]]);
    });

    describe('after Ebb has restarted', () => {
      it('is adopted unchanged, and its output continues where it stopped', async () => {
        await launch('i-1', {}, { modelDataUrl: MODEL });
        await ask('i-1', '');
        await untilTail(scene.logs, 'i-1', /POST/);
        await instances.close();
        const restarted = await scene.restart();
        const spec = launchSpec('i-1', { image: IMAGE, environment: {}, modelDataUrl: MODEL });
        expect(await restarted.list()).toEqual([
          {
            instanceId: 'i-1',
            launchedAs: { endpointName: 'e', variantName: 'v', deploymentId: 'd', launchedAt: expect.any(Number) },
            isPaused: false,
          },
        ]);
        const adopted = await restarted.adopt(spec);
        expect(await restarted.ping('i-1')).toBe('healthy');
        expect(JSON.parse(await ask('i-1', 'describe', restarted))).toMatchObject({ modelFiles: ['weights.bin'] });
        await restarted.terminate('i-1', 5_000);
        expect(await adopted!.exited).toMatchObject({ exitCode: 0 });
        const post = 'POST /invocations inference-1';
        expect(await outputOf(10)).toEqual(['ready', post, post, 'SIGTERM']);
      });

      it('is not adopted under another identity, and can be terminated unadopted', async () => {
        await launch('i-1');
        await instances.close();
        const restarted = await scene.restart();
        const spec = launchSpec('i-1', { image: IMAGE, environment: {} });
        expect(await restarted.adopt({ ...spec, deploymentId: 'other' })).toBeUndefined();
        expect(await restarted.adopt({ ...spec, instanceId: 'i-2' })).toBeUndefined();
        await restarted.terminate('i-1', 5_000);
        expect(await restarted.list()).toEqual([]);
        expect(await outputOf(1)).toEqual(['SIGTERM']);
      });

      it('is listed even if it was never started, and is removed once it has ended', async () => {
        await launch('i-1');
        await instances.close();
        const { Config, Name, Id } = await inspect('i-1');
        const labels = { ...Config.Labels, 'ebb.instance': 'i-2' };
        const name = Name.replace(/^\//, '').replace(/i-1$/, 'i-2');
        await scene.client.createContainer({ name, Image: IMAGE, Labels: labels });
        await scene.client.getContainer(Id).kill();
        await scene.client.getContainer(Id).wait();
        const restarted = await scene.restart();
        expect(idsOf(await restarted.list())).toEqual(['i-2']);
        await restarted.terminate('i-2', 0);
        expect(await restarted.list()).toEqual([]);
        const left = await scene.client.listContainers({ all: true });
        expect(left.filter(({ Labels }) => Labels['ebb.owner'] === Config.Labels['ebb.owner'])).toEqual([]);
      });

      it('of another Ebb is left alone', async () => {
        await launch('i-1');
        const other = await scene.restart({ directory: join(scene.root, 'other') });
        expect(await other.list()).toEqual([]);
        await other.terminate('i-1', 0);
        expect(await instances.ping('i-1')).toBe('healthy');
      });
    });

    describe('while the engine is away', () => {
      let gate: SocketGate;
      let behind: DockerInstances;

      beforeEach(async () => {
        gate = await SocketGate.before(engine.slice('unix://'.length), scene.root);
        behind = await scene.restart({ engine: `unix://${gate.path}` });
      });

      afterEach(() => gate[Symbol.asyncDispose]());

      const launchBehind = async (instanceId: string) => {
        const launched = await behind.launch(launchSpec(instanceId, { image: IMAGE, environment: {} }));
        await untilHealthy(behind, instanceId);
        return launched;
      };

      it('an instance continues, and its output continues when the engine is back', async () => {
        const { exited } = await launchBehind('i-1');
        await ask('i-1', '', behind);
        await untilTail(scene.logs, 'i-1', /POST/);
        await gate.shut();
        expect(await behind.ping('i-1')).toBe('healthy');
        expect(await ask('i-1', '', behind)).toBe('x');
        const spec = launchSpec('i-2', { image: IMAGE, environment: {} });
        await expect(behind.launch(spec)).rejects.toMatchObject({ code: 'Unavailable' });
        await expect(behind.list()).rejects.toMatchObject({ code: 'Unavailable' });
        expect(await Promise.race([exited, behind.ping('i-1')])).toBe('healthy');
        await gate.open();
        await behind.terminate('i-1', 5_000);
        expect(await exited).toMatchObject({ exitCode: 0 });
        const post = 'POST /invocations inference-1';
        expect(await outputOf(10)).toEqual(['ready', post, post, 'SIGTERM']);
      });

      it('an instance that ends is reported as ended when the engine is back', async () => {
        const { exited } = await launchBehind('i-1');
        await gate.shut();
        await scene.client.getContainer((await inspect('i-1')).Id).kill();
        expect(await behind.ping('i-1')).toBe('unreachable');
        await gate.open();
        expect(await exited).toEqual({ exitCode: 137, reason: expect.stringContaining('engine was away') });
        await behind.terminate('i-1', 0);
      });

      it('terminating waits for it', async () => {
        await launchBehind('i-1');
        await gate.shut();
        const terminated = behind.terminate('i-1', 5_000);
        expect(await behind.ping('i-1')).toBe('healthy');
        await gate.open();
        await terminated;
        expect(await behind.list()).toEqual([]);
      });
    });

    // Podman asks registries for TLS unless its configuration says otherwise.
    describe.skipIf(isPodman)('whose image is missing', () => {
      const user = { username: 'ebb', password: 'a:secret' };

      it('waits for one pull that all launches share, and reports the phase', async () => {
        await using registry = await ImageRegistry.open();
        const image = `${registry.host}/team/tiny:1`;
        await Promise.all(
          Array.from({ length: 3 }, () => instances.check(launchSpec('i', { image, environment: {} }))),
        );
        expect(registry.layerPulls).toBe(1);
        expect((await scene.client.getImage(image).inspect()).RepoDigests).toEqual([registry.digest]);
        const phases: string[] = [];
        await scene.client.getImage(image).remove();
        const spec = launchSpec('i-1', { image, environment: {} });
        // The image contains nothing that could be started.
        await expect(instances.launch(spec)).rejects.toMatchObject({ code: 'InstanceUnavailable' });
        const again = instances.launch(spec, (phase) => phases.push(phase));
        await expect(again).rejects.toThrow('could not be launched');
        expect(phases).toEqual(['pull', 'boot']);
        await scene.client.getImage(image).remove();
        expect(await instances.list()).toEqual([]);
      });

      it('is pulled with the credentials of the file, and refused without them', async () => {
        await using registry = await ImageRegistry.open(user);
        const spec = launchSpec('i-1', { image: `${registry.host}/team/tiny:1`, environment: {} });
        await expect(instances.check(spec)).rejects.toMatchObject({
          code: 'ImageNotFound',
          message: expect.stringContaining('no basic auth credentials'),
        });
        const file = join(scene.root, 'auth.json');
        await writeFile(file, JSON.stringify({ auths: {}, credHelpers: { [registry.host]: 'ecr-login' } }));
        await expect(instances.check(spec)).rejects.toThrow("does not run the credential helper 'ecr-login'");
        const auth = Buffer.from(`${user.username}:${user.password}`).toString('base64');
        await writeFile(file, JSON.stringify({ auths: { [registry.host]: { auth } } }));
        await instances.check(spec);
        await scene.client.getImage(spec.container.image).remove();
      });

      it('is retryable if the registry does not answer', async () => {
        const registry = await ImageRegistry.open();
        const image = `${registry.host}/team/tiny:1`;
        await registry[Symbol.asyncDispose]();
        const checked = instances.check(launchSpec('i-1', { image, environment: {} }));
        await expect(checked).rejects.toMatchObject({ code: 'Unavailable' });
      });
    });
  });

  it('an engine that does not answer is reported with the remedy', async () => {
    const root = await mkdtemp(join(tmpdir(), 'ebb-docker-'));
    const models = await ModelStore.open({ objects: new MemoryObjects(), directory: root });
    const options = { directory: root, models, logs: new MemoryLogs(), registryAuthFile: join(root, 'auth.json') };
    await expect(DockerInstances.open({ ...options, engine: `unix://${root}/no.sock` })).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringMatching(
        /no\.sock does not answer \(ENOENT\): start Docker or Podman, or .*EBB_DOCKER_HOST/,
      ),
    });
    await removeTree(root);
  });
}
