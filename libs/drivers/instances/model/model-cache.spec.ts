import { chmod, mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarOf } from '../../../../test/support/archives.js';
import { containerOf, filesIn, leftIn } from '../../../../test/support/model-scene.js';
import { WatchedObjects } from '../../../../test/support/watched-objects.js';
import type { StartPhase } from '../../../core/instance/start-phase.js';
import type { ContainerDefinition } from '../../../core/model/container.js';
import { type AcquireOptions, ModelStore, type ModelStoreOptions } from './model-store.js';
import { removeTree } from './model-tree.js';

const timeoutMs = 60_000;
const BLOCK = 4_096;

let root: string;
let directory: string;
let objects: WatchedObjects;
let models: ModelStore;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-models-'));
  directory = join(root, 'models');
  objects = new WatchedObjects();
  await objects.createBucket('bucket');
  models = await open();
});

afterEach(() => removeTree(root));

const open = (options: Partial<ModelStoreOptions> = {}) => ModelStore.open({ objects, directory, ...options });

const put = (key: string, content: string | Uint8Array) => objects.put({ bucket: 'bucket', key }, Buffer.from(content));

const left = (): Promise<number> => leftIn(directory);

const acquire = (container: ContainerDefinition, options: Partial<AcquireOptions> = {}, from = models) =>
  from.acquire(container, { timeoutMs, ...options });

describe('a model that is kept', () => {
  it('is not fetched again, and both phases are still reported', async () => {
    await put('m', 'x');
    const first = await acquire(containerOf({}));
    const phases: StartPhase[] = [];
    const second = await acquire(containerOf({}), { onPhase: (phase) => phases.push(phase) });
    expect(second.directory).toBe(first.directory);
    expect(objects.gets).toBe(1);
    expect(phases).toEqual(['download', 'unpack']);
  });

  it('is verified without being read again', async () => {
    await put('m.tar.gz', gzipSync(tarOf({ path: 'x' })));
    const container = containerOf({ uri: 's3://bucket/m.tar.gz', compression: 'Gzip' });
    await models.verify(container, { timeoutMs });
    await acquire(container);
    await models.verify(container, { timeoutMs });
    expect(objects.gets).toBe(2);
  });

  it('is fetched once for all callers that acquire it at the same time', async () => {
    await put('m', 'x');
    const phases: StartPhase[][] = Array.from({ length: 5 }, () => []);
    const all = await Promise.all(
      phases.map((own) => acquire(containerOf({}), { onPhase: (phase) => own.push(phase) })),
    );
    expect(new Set(all.map((held) => held.directory)).size).toBe(1);
    expect(objects.gets).toBe(1);
    expect(phases).toEqual(phases.map(() => ['download', 'unpack']));
  });

  it('is still fetched for the other callers when one gives up', async () => {
    await put('m', 'x');
    objects.stall();
    const stop = new AbortController();
    const impatient = acquire(containerOf({}), { signal: stop.signal });
    await objects.until(() => objects.underWay === 1);
    const patient = acquire(containerOf({}));
    await objects.until(() => objects.heads === 2);
    // From here, only microtasks remain until both wait for the same filling.
    await new Promise(setImmediate);
    stop.abort(new Error('stopped'));
    await expect(impatient).rejects.toThrow('stopped');
    objects.goOn();
    expect(await filesIn((await patient).directory)).toEqual({ m: 'x' });
    expect(objects.gets).toBe(1);
  });

  it('is fetched again when its object has changed, while the old files stay for their readers', async () => {
    await put('m', 'old');
    const old = await acquire(containerOf({}));
    await put('m', 'new');
    const changed = await acquire(containerOf({}));
    expect(await filesIn(changed.directory)).toEqual({ m: 'new' });
    expect(await filesIn(old.directory)).toEqual({ m: 'old' });
  });

  it('is kept over a restart', async () => {
    await put('m', 'x');
    const before = await acquire(containerOf({}));
    const after = await acquire(containerOf({}), {}, await open());
    expect(after.directory).toBe(before.directory);
    expect(objects.gets).toBe(1);
  });

  it.each<[string, (files: string) => Promise<unknown>]>([
    ['written to', (files) => writeFile(join(files, 'm'), 'changed')],
    ['written to with the same length', (files) => writeFile(join(files, 'm'), 'y')],
    ['added to', (files) => writeFile(join(files, 'more'), '')],
    ['made writable', (files) => chmod(join(files, 'm'), 0o644)],
    ['cut off by a crash of the machine', (files) => writeFile(join(files, 'm'), '')],
    ['removed', (files) => rm(files, { recursive: true })],
  ])('is fetched again if it was %s', async (_how, change) => {
    await put('m', 'x');
    const held = await acquire(containerOf({}));
    await chmod(held.directory!, 0o755);
    await chmod(join(held.directory!, 'm'), 0o644);
    await change(held.directory!);
    await held.release();
    const after = await acquire(containerOf({}), {}, await open());
    expect(await filesIn(after.directory)).toEqual({ m: 'x' });
    expect(objects.gets).toBe(2);
    expect(await left()).toBe(1);
  });

  it('is kept by a restart, which removes the leftovers of a crash', async () => {
    await put('m', 'x');
    await acquire(containerOf({}));
    await mkdir(join(directory, 'passing/half/model/deep'), { recursive: true });
    await writeFile(join(directory, 'passing/half/model/deep/weights'), 'half');
    await chmod(join(directory, 'passing/half/model/deep'), 0o555);
    await mkdir(join(directory, 'kept/without-record/model'), { recursive: true });
    await mkdir(join(directory, 'kept/torn-record'));
    await writeFile(join(directory, 'kept/torn-record/record.json'), '{"vers');
    await open();
    expect(await left()).toBe(1);
  });

  it('can be held again after a restart for an instance that still reads it', async () => {
    await put('m', 'x');
    const { directory: files, additional } = await acquire(containerOf({}));
    models = await open({ maxBytes: 0 });
    const reclaimed = models.reclaim({ directory: files, additional });
    await put('n', 'y');
    await (await acquire(containerOf({ uri: 's3://bucket/n' }))).release();
    expect(await filesIn(files)).toEqual({ m: 'x' });
    await reclaimed!.release();
    expect(await left()).toBe(0);
    expect(models.reclaim({ directory: files, additional })).toBeUndefined();
  });

  it('can be held again even if it was changed and has been fetched again since', async () => {
    await put('m', 'x');
    const changed = await acquire(containerOf({}));
    await chmod(changed.directory!, 0o755);
    models = await open();
    const { additional } = changed;
    models.reclaim(changed);
    const sound = await acquire(containerOf({}));
    expect(sound.directory).not.toBe(changed.directory);
    models = await open({ maxBytes: 0 });
    const reclaimed = [changed, sound].map(({ directory: files }) => models.reclaim({ directory: files, additional })!);
    expect(await left()).toBe(2);
    await Promise.all(reclaimed.map((held) => held.release()));
    expect(await left()).toBe(0);
  });
});

/** Describes a model of four blocks on disk: one for its directory, three for its file. */
const model = (name: string) => containerOf({ uri: `s3://bucket/${name}` });

const use = async (name: string): Promise<void> => (await acquire(model(name))).release();

describe('the cache', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await put(name, name.repeat(3 * BLOCK));
    models = await open({ maxBytes: 8 * BLOCK });
  });

  it('keeps the models used last, within its limit', async () => {
    for (const name of ['a', 'b', 'a', 'c']) await use(name);
    expect(await left()).toBe(2);
    const gets = objects.gets;
    await use('a');
    expect(objects.gets).toBe(gets);
    await use('b');
    expect(objects.gets).toBe(gets + 1);
  });

  it('keeps the models used last after a restart too', async () => {
    await use('b');
    await use('a');
    for (const name of await readdir(join(directory, 'kept'))) {
      const [file] = await readdir(join(directory, 'kept', name, 'model'));
      // As if `a` had been used an hour before `b`.
      const usedAt = new Date(file === 'a' ? Date.now() - 3_600_000 : Date.now());
      await utimes(join(directory, 'kept', name), usedAt, usedAt);
    }
    models = await open({ maxBytes: 8 * BLOCK });
    await use('c');
    const gets = objects.gets;
    await use('b');
    expect(objects.gets).toBe(gets);
  });

  it('keeps every model that is in use, beyond its limit if it must', async () => {
    const held = [await acquire(model('a')), await acquire(model('b')), await acquire(model('c'))];
    expect(await left()).toBe(3);
    for (const { directory: files } of held) expect(Object.keys(await filesIn(files))).toHaveLength(1);
    await held[1]!.release();
    await held[1]!.release();
    expect(await left()).toBe(2);
    await held[0]!.release();
    await held[2]!.release();
    expect(await left()).toBe(2);
  });

  it('keeps a shared model until its last holder releases it', async () => {
    models = await open({ maxBytes: 0 });
    const [one, other] = await Promise.all([acquire(model('a')), acquire(model('a'))]);
    await one.release();
    expect(await left()).toBe(1);
    await other.release();
    expect(await left()).toBe(0);
  });

  it('removes a model that is larger than its limit once it is released', async () => {
    await put('huge', 'h'.repeat(20 * BLOCK));
    const huge = await acquire(model('huge'));
    expect(Object.keys(await filesIn(huge.directory))).toEqual(['huge']);
    await huge.release();
    expect(await left()).toBe(0);
  });
});
