import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ContainerDefinition } from '../../libs/core/model/container.js';
import type { StartPhase } from '../../libs/core/instance/start-phase.js';
import type { ModelDataSource } from '../../libs/core/model/model-data.js';
import { ModelStore } from '../../libs/drivers/instances/model/model-store.js';
import { removeTree } from '../../libs/drivers/instances/model/model-tree.js';
import { ProcessInstances, type ProcessInstancesOptions } from '../../libs/drivers/instances/process.js';
import { tarOf } from '../support/archives.js';
import { MemoryLogs } from '../support/memory-logs.js';
import { leftIn } from '../support/model-scene.js';
import { WatchedObjects } from '../support/watched-objects.js';
import { launchSpec, readText, request, untilHealthy } from './instances-scene.js';

const IMAGES = resolve(import.meta.dirname, '../support/images');
const archive: ModelDataSource = { uri: 's3://models/m.tar.gz', dataType: 'S3Object', compression: 'Gzip' };
const withModel: Partial<ContainerDefinition> = { modelDataSource: archive };

let root: string;
let objects: WatchedObjects;
let instances: ProcessInstances;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-process-models-'));
  objects = new WatchedObjects();
  await objects.createBucket('models');
  await objects.put({ bucket: 'models', key: 'm.tar.gz' }, gzipSync(tarOf({ path: 'weights.bin', content: 'x' })));
  // No unused model is kept, so every remaining model is in use.
  const models = await ModelStore.open({ objects, directory: join(root, 'models'), maxBytes: 0 });
  instances = new ProcessInstances({ ...OPTIONS, directory: join(root, 'instances'), models, logs: new MemoryLogs() });
});

afterEach(async () => {
  await instances.close();
  await removeTree(root);
});

const OPTIONS: Pick<ProcessInstancesOptions, 'imageFolders' | 'environment'> = {
  imageFolders: [IMAGES],
  environment: process.env,
};

async function launch(instanceId: string, container: Partial<ContainerDefinition>): Promise<StartPhase[]> {
  const phases: StartPhase[] = [];
  const spec = launchSpec(instanceId, { image: 'echo', environment: {}, ...container });
  await instances.launch(spec, (phase) => phases.push(phase));
  await untilHealthy(instances, instanceId);
  return phases;
}

/** Asks the container to describe itself. */
async function describeOf(instanceId: string): Promise<{ env: Record<string, string>; modelFiles: string[] }> {
  const response = await instances.invoke(instanceId, request('{}', { customAttributes: 'describe' }));
  return JSON.parse(await readText(response)) as { env: Record<string, string>; modelFiles: string[] };
}

describe('the model of a process', () => {
  it('is shared by processes with the same model, and is deleted with the last of them', async () => {
    const started = ['download', 'unpack', 'boot', 'ping'];
    expect(await launch('i-1', withModel)).toEqual(started);
    expect(await launch('i-2', withModel)).toEqual(started);
    const [one, other] = [await describeOf('i-1'), await describeOf('i-2')];
    expect(one.modelFiles).toEqual(['weights.bin']);
    expect(other.env['SM_MODEL_DIR']).toBe(one.env['SM_MODEL_DIR']);
    expect(objects.gets).toBe(1);
    await instances.terminate('i-1', 1_000);
    expect(await leftIn(join(root, 'models'))).toBe(1);
    await instances.terminate('i-2', 1_000);
    expect(await leftIn(join(root, 'models'))).toBe(0);
  });

  it('is an empty directory if the container has no model', async () => {
    expect(await launch('i-1', {})).toEqual(['boot', 'ping']);
    const { env, modelFiles } = await describeOf('i-1');
    expect(env['SM_MODEL_DIR']).toBe(join(root, 'instances/i-1/model'));
    expect(env).not.toHaveProperty('SM_ADDITIONAL_MODEL_DATA_DIR');
    expect(modelFiles).toEqual([]);
  });

  it('has additional models beside it, in a folder for each channel, until the process ends', async () => {
    const additionalModelData = [
      { channelName: 'lora', source: archive },
      { channelName: 'draft', source: archive },
    ];
    await launch('i-1', { ...withModel, additionalModelData });
    const { env } = await describeOf('i-1');
    const directory = env['SM_ADDITIONAL_MODEL_DATA_DIR']!;
    expect((await readdir(directory)).sort()).toEqual(['draft', 'lora']);
    expect(await readdir(join(directory, 'lora'))).toEqual(['weights.bin']);
    await instances.terminate('i-1', 1_000);
    expect(await readdir(join(root, 'instances'))).toEqual([]);
    expect(await leftIn(join(root, 'models'))).toBe(0);
  });

  it.each<[string, Partial<ContainerDefinition>]>([
    ['could not be started', { ...withModel, image: 'unstartable' }],
    [
      'lacks a part of its data',
      {
        ...withModel,
        additionalModelData: [{ channelName: 'lora', source: { ...archive, uri: 's3://models/absent' } }],
      },
    ],
  ])('is released if the process %s', async (_what, container) => {
    const spec = launchSpec('i-1', { image: 'echo', environment: {}, ...container });
    await expect(instances.launch(spec)).rejects.toMatchObject({ name: 'EbbError' });
    expect(await leftIn(join(root, 'models'))).toBe(0);
  });

  it('is released when the process dies', async () => {
    const environment = { ECHO_EXIT_AFTER_MS: '1' };
    const { exited } = await instances.launch(launchSpec('i-1', { image: 'echo', environment, ...withModel }));
    await exited;
    await instances.terminate('i-1', 0);
    expect(await leftIn(join(root, 'models'))).toBe(0);
  });
});
