import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { create } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ModelStore } from '../../libs/drivers/instances/model/model-store.js';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { ProcessInstances } from '../../libs/drivers/instances/process.js';
import {
  type ProcessMarks,
  ProcessTable,
  processStartedAt,
} from '../../libs/drivers/instances/process/process-table.js';
import { MemoryLogs } from '../support/memory-logs.js';
import { MemoryObjects } from '../support/memory-objects.js';
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

const SUPPORT = resolve(import.meta.dirname, '../support');
const IMAGES = join(SUPPORT, 'images');
const MODEL = 's3://models/model.tar.gz';
const LINUX = process.platform === 'linux';

interface ProcessScene extends InstancesScene {
  readonly instances: ProcessInstances;
  readonly directory: string;
  /** Opens another driver over the same directory, as after a restart. */
  restart(): ProcessInstances;
}

async function open(): Promise<ProcessScene> {
  const root = await mkdtemp(join(tmpdir(), 'ebb-instances-'));
  const directory = join(root, 'instances');
  const objects = new MemoryObjects();
  await objects.createBucket('models');
  await objects.put({ bucket: 'models', key: 'model.tar.gz' }, await makeModel(root));
  const drivers: ProcessInstances[] = [];
  const models = await ModelStore.open({ objects, directory: join(root, 'models') });
  const logs = new MemoryLogs();
  const driver = (): ProcessInstances => {
    const environment = process.env;
    const options = { imageFolders: [IMAGES], directory, models, logs, region: 'eu-west-1', environment };
    drivers.push(new ProcessInstances(options));
    return drivers.at(-1)!;
  };
  return {
    instances: driver(),
    logs,
    directory,
    restart: driver,
    image: 'registry.example:5000/echo:v1',
    modelDataUrl: MODEL,
    unusableModelDataUrl: 's3://models/absent.tar.gz',
    close: async () => {
      for (const instances of drivers) await instances.close();
      await removeTree(root);
    },
  };
}

async function makeModel(root: string): Promise<Buffer> {
  await writeFile(join(root, 'weights.bin'), 'weights');
  const file = join(root, 'model.tar.gz');
  await create({ gzip: true, file, cwd: root }, ['weights.bin']);
  return readFileSync(file);
}

instancesContract('processes', open);

describe('instances by processes', () => {
  let scene: ProcessScene;
  let instances: ProcessInstances;

  beforeEach(async () => {
    scene = await open();
    ({ instances } = scene);
  });

  afterEach(() => scene.close());

  const launch = async (instanceId: string, environment: Record<string, string> = {}, modelDataUrl?: string) => {
    const container = { image: 'echo', environment, modelDataUrl };
    const launched = await instances.launch(launchSpec(instanceId, container));
    await untilHealthy(instances, instanceId);
    return launched;
  };

  describe('the container', () => {
    it("runs in the image's folder on Ebb's Node, with its model, its environment and the headers of the call", async () => {
      await launch('i-1', { COLOUR: 'blue' }, MODEL);
      const response = await instances.invoke(
        'i-1',
        request('{}', {
          contentType: 'application/json',
          accept: 'text/plain',
          customAttributes: 'describe;mine=1',
          inferenceId: 'inference-7',
        }),
      );
      const description = JSON.parse(await readText(response)) as Record<string, unknown>;
      expect(description).toMatchObject({
        version: process.version,
        directory: join(IMAGES, 'echo'),
        modelFiles: ['weights.bin'],
        headers: {
          'content-type': 'application/json',
          accept: 'text/plain',
          'content-length': '2',
          'x-amzn-sagemaker-custom-attributes': 'describe;mine=1',
          'x-amzn-sagemaker-inference-id': 'inference-7',
        },
        env: {
          COLOUR: 'blue',
          ECHO_FROM_IMAGE: 'yes',
          AWS_REGION: 'eu-west-1',
          PATH: process.env['PATH'],
          SM_MODEL_DIR: expect.stringMatching(/\/models\/kept\/[^/]+\/model$/),
          SAGEMAKER_BIND_TO_PORT: expect.stringMatching(/^\d+$/),
        },
      });
      expect(Object.keys(description['env'] as object)).not.toContain('VITEST');
    });

    it('is refused if its model sets variables that decide which code runs', async () => {
      const spec = launchSpec('i-1', {
        image: 'echo',
        environment: { NODE_OPTIONS: '--import=data:text/javascript,0' },
      });
      await expect(instances.check(spec)).rejects.toMatchObject({ code: 'InvalidRequest' });
      await expect(instances.launch(spec)).rejects.toMatchObject({ code: 'InvalidRequest' });
    });

    it('is not started if its model asks for isolation, which a process cannot have', async () => {
      const spec = { ...launchSpec('i-1', { image: 'echo', environment: {} }), isNetworkIsolated: true };
      const refusal = { code: 'InvalidRequest', message: expect.stringContaining('EnableNetworkIsolation') as string };
      await expect(instances.check(spec)).rejects.toMatchObject(refusal);
      await expect(instances.launch(spec)).rejects.toMatchObject(refusal);
    });

    it('that cannot be executed is a failed launch', async () => {
      const unstartable = launchSpec('i-1', { image: 'unstartable', environment: {} });
      await expect(instances.launch(unstartable)).rejects.toMatchObject({
        code: 'InstanceUnavailable',
        message: expect.stringContaining('no-such-program'),
      });
      expect(await instances.list()).toEqual([]);
    });

    it('cannot have the id of a running instance', async () => {
      await launch('i-1');
      const again = instances.launch(launchSpec('i-1', { image: 'echo', environment: {} }));
      await expect(again).rejects.toMatchObject({ code: 'InstanceUnavailable' });
    });

    it('cannot have an id that leads out of the directory', async () => {
      for (const id of ['../i-1', '.', '..', 'a/b', '']) {
        const spec = launchSpec(id, { image: 'echo', environment: {} });
        await expect(instances.launch(spec)).rejects.toMatchObject({ code: 'InvalidRequest' });
      }
    });
  });

  describe('the remains of an instance', () => {
    it('are its log, and no directory or process', async () => {
      const { exited } = await launch('i-1', { ECHO_CHILD: 'yes' }, MODEL);
      const [, child] = await untilTail(scene.logs, 'i-1', /^child (\d+)$/);
      await instances.terminate('i-1', 1_000);
      await exited;
      expect(await readdir(scene.directory)).toEqual([]);
      expect(await scene.logs.tail('i-1', 1)).toMatchObject([{ text: 'SIGTERM' }]);
      expect(await isAlive(Number(child))).toBe(false);
    });

    it('contain no process of its group after the first process dies', async () => {
      const { exited } = await launch('i-1', { ECHO_CHILD: 'yes' });
      const [, child] = await untilTail(scene.logs, 'i-1', /^child (\d+)$/);
      const fatal = instances.invoke('i-1', request('x', { customAttributes: 'exit=1' }));
      await expect(fatal).rejects.toMatchObject({ code: 'InstanceUnavailable' });
      await exited;
      await untilGone(Number(child));
    });

    it.runIf(LINUX)('contain no process that left its group', async () => {
      await launch('i-1', { ECHO_CHILD: 'escaped' });
      const [, child] = await untilTail(scene.logs, 'i-1', /^child (\d+)$/);
      await instances.terminate('i-1', 1_000);
      expect(await isAlive(Number(child))).toBe(false);
    });

    it('are nothing if it could not be started', async () => {
      const failing = instances.launch(launchSpec('i-1', { image: 'unstartable', environment: {} }));
      await expect(failing).rejects.toThrow('no-such-program');
      expect(await readdir(scene.directory)).toEqual([]);
    });
  });

  describe('after a restart', () => {
    it('leftovers are listed and can be terminated, children included', async () => {
      const { exited } = await launch('i-1', { ECHO_CHILD: 'yes', ECHO_IGNORE_SIGTERM: 'yes' });
      await launch('i-2');
      const [, child] = await untilTail(scene.logs, 'i-1', /^child (\d+)$/);
      const restarted = scene.restart();
      expect(idsOf(await restarted.list()).sort()).toEqual(['i-1', 'i-2']);
      await restarted.terminate('i-1', 100);
      await exited;
      expect(await isAlive(Number(child))).toBe(false);
      expect(idsOf(await restarted.list())).toEqual(['i-2']);
      expect(await instances.ping('i-2')).toBe('healthy');
      await restarted.terminate('i-2', 5_000);
      expect(await scene.logs.tail('i-2', 1)).toMatchObject([{ text: 'SIGTERM' }]);
    });

    it.runIf(LINUX)('a leftover is found even if its process was never recorded', async () => {
      const { exited } = await launch('i-1');
      const record = join(scene.directory, 'i-1', 'instance.json');
      const { token } = JSON.parse(readFileSync(record, 'utf8')) as { token: string };
      await writeFile(record, JSON.stringify({ token }));
      const restarted = scene.restart();
      expect(idsOf(await restarted.list())).toEqual(['i-1']);
      await restarted.terminate('i-1', 1_000);
      await exited;
      expect(await restarted.list()).toEqual([]);
    });

    it('a process that reuses the process id of an instance is left alone', async () => {
      await launch('i-1');
      const record = join(scene.directory, 'i-1', 'instance.json');
      const marks = JSON.parse(readFileSync(record, 'utf8')) as object;
      await instances.terminate('i-1', 1_000);
      const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { detached: true });
      try {
        await mkdir(join(scene.directory, 'i-1'));
        await writeFile(record, JSON.stringify({ ...marks, pid: stranger.pid }));
        const restarted = scene.restart();
        await restarted.terminate('i-1', 0);
        expect(await restarted.list()).toEqual([]);
        expect(await isAlive(stranger.pid!)).toBe(true);
      } finally {
        stranger.kill('SIGKILL');
      }
    });

    it('the remains of a crashed launch are removed', async () => {
      await mkdir(join(scene.directory, 'i-1', 'model'), { recursive: true });
      await writeFile(join(scene.directory, 'i-1', 'instance.json'), '');
      expect(await scene.restart().list()).toEqual([]);
      expect(await readdir(scene.directory)).toEqual([]);
    });
  });

  describe('when their owner is killed', () => {
    it('instances end with it', async () => {
      const owner = await startOwner(scene.directory, ['i-1', 'i-2']);
      const pids = await processesOf(scene.directory, ['i-1', 'i-2']);
      owner.kill('SIGKILL');
      await Promise.all(pids.map(untilGone));
      expect(await instances.list()).toEqual([]);
    });

    it.runIf(LINUX)('and their guard too, the next start can find and end them', async () => {
      const owner = await startOwner(scene.directory, ['i-1', 'i-2']);
      const pids = await processesOf(scene.directory, ['i-1', 'i-2']);
      for (const guard of childrenNamed(owner.pid!, 'sh')) process.kill(guard, 'SIGKILL');
      owner.kill('SIGKILL');
      await once(owner, 'exit');
      expect(idsOf(await instances.list()).sort()).toEqual(['i-1', 'i-2']);
      await Promise.all(['i-1', 'i-2'].map((id) => instances.terminate(id, 0)));
      expect(await instances.list()).toEqual([]);
      for (const pid of pids) expect(await isAlive(pid)).toBe(false);
    });
  });

  describe('the connection', () => {
    it('does not fail the next invocation if the container closed it while idle', async () => {
      await launch('i-1');
      for (let round = 0; round < 5; round += 1) {
        expect(await readText(await instances.invoke('i-1', request('x', { customAttributes: 'closeIdle' })))).toBe(
          'x',
        );
        await sleep(50);
      }
    });

    it('accepts an answer that comes before the input was read', async () => {
      await launch('i-1');
      const sizeBytes = 50_000_000;
      const early = { ...request('', { customAttributes: 'early;status=413' }), body: zeros(sizeBytes), sizeBytes };
      expect(await instances.invoke('i-1', early)).toMatchObject({ status: 413 });
    });

    it('reports headers that are too many to be read', async () => {
      await launch('i-1');
      const response = await instances.invoke('i-1', request('x', { customAttributes: 'headerBytes=100000' }));
      expect(response.headerBytes).toBeGreaterThanOrEqual(65_536);
      expect(await readText(await instances.invoke('i-1', request('next')))).toBe('next');
    });

    it('raises BadDigest if the input is shorter than announced', async () => {
      await launch('i-1');
      const short = { ...request('1234567890'), body: zeros(5) };
      await expect(instances.invoke('i-1', short)).rejects.toMatchObject({ code: 'BadDigest' });
    });

    it('carries 200 MB both ways at the pace of the slower side, in bounded memory', async () => {
      await launch('i-1');
      const sizeBytes = 200_000_000;
      const response = await instances.invoke('i-1', { ...request(''), body: zeros(sizeBytes), sizeBytes });
      expect(response.sizeBytes).toBe(sizeBytes);
      let received = 0;
      let peakBytes = 0;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        received += chunk.length;
        peakBytes = Math.max(peakBytes, process.memoryUsage().arrayBuffers);
      }
      expect(received).toBe(sizeBytes);
      expect(peakBytes).toBeLessThan(150_000_000);
    });
  });
});

async function isAlive(pid: number): Promise<boolean> {
  return (await processStartedAt(pid)) !== undefined;
}

async function untilGone(pid: number): Promise<void> {
  while (await isAlive(pid)) await sleep(10);
}

/** Starts a process that owns instances; resolves when they run. */
async function startOwner(directory: string, ids: string[]): Promise<ChildProcess> {
  const loader = [
    '--experimental-transform-types',
    '--no-warnings',
    '--import',
    join(SUPPORT, 'typescript-loader.mjs'),
  ];
  const args = [...loader, join(SUPPORT, 'instances-owner.ts'), IMAGES, directory, ...ids];
  const owner = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(createInterface(owner.stdout!), 'line')) as [string];
  expect(line).toBe('launched');
  return owner;
}

/** Returns the first processes of instances, and their children if they can be found. */
async function processesOf(directory: string, ids: string[]): Promise<number[]> {
  const marks = ids.map((id) => JSON.parse(readFileSync(join(directory, id, 'instance.json'), 'utf8')) as ProcessMarks);
  const expected = LINUX ? 2 : 1;
  for (;;) {
    const table = await ProcessTable.read();
    const pids = marks.map((mark) => table.belongingTo(mark));
    if (pids.every((found) => found.length >= expected)) return pids.flat();
    await sleep(10);
  }
}

function childrenNamed(parent: number, name: string): number[] {
  const children = readFileSync(`/proc/${parent}/task/${parent}/children`, 'utf8').trim().split(' ').map(Number);
  return children.filter((pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name);
}

async function* zeros(sizeBytes: number): AsyncGenerator<Uint8Array, void, void> {
  const chunk = new Uint8Array(65_536);
  for (let left = sizeBytes; left > 0; left -= chunk.length)
    yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}
