import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarOf } from '../../../test/support/archives.js';
import { WatchedObjects } from '../../../test/support/watched-objects.js';
import type { StartPhase } from '../../core/instance.js';
import type { ContainerDefinition, ModelDataSource } from '../../core/model.js';
import { type AcquireOptions, ModelStore, type ModelStoreOptions } from './model-store.js';

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

afterEach(() => rm(root, { recursive: true }));

const open = (options: Partial<ModelStoreOptions> = {}) => ModelStore.open({ objects, directory, ...options });

const put = (key: string, content: string | Uint8Array) => objects.put({ bucket: 'bucket', key }, Buffer.from(content));

function containerOf(source: Partial<ModelDataSource>): ContainerDefinition {
  const full: ModelDataSource = { uri: 's3://bucket/m', dataType: 'S3Object', compression: 'None', ...source };
  return { image: 'x', environment: {}, modelDataSource: full };
}

const prefixed = (source: Partial<ModelDataSource> = {}) =>
  containerOf({ uri: 's3://bucket/m/', dataType: 'S3Prefix', ...source });

const acquire = (container: ContainerDefinition, options: Partial<AcquireOptions> = {}, from = models) =>
  from.acquire(container, { timeoutMs, ...options });

/** All files below a directory with their contents. */
async function filesIn(folder: string | undefined): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  for (const entry of await readdir(folder!, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files[path.slice(folder!.length + 1)] = await readFile(path, 'utf8');
  }
  return files;
}

/** Why a container's model is refused, when it is checked and when it is acquired alike. */
async function refusal(container: ContainerDefinition): Promise<string> {
  const message = await models.acquire(container, { timeoutMs }).then(() => 'not refused', messageOf);
  expect(await models.verify(container, { timeoutMs }).then(() => 'not refused', messageOf)).toBe(message);
  expect(await left()).toBe(0);
  return message;
}

function messageOf(error: unknown): string {
  expect(error).toMatchObject({ name: 'EbbError', code: 'ModelDataUnusable' });
  return (error as Error).message;
}

/** How much is on disk: models that are kept, and what is passing. */
async function left(): Promise<number> {
  const folders = await Promise.all(['kept', 'passing'].map((name) => readdir(join(directory, name))));
  return folders.flat().length;
}

describe('the files of a container', () => {
  it('are none where it has no model data', async () => {
    const phases: StartPhase[] = [];
    const held = await acquire({ image: 'x', environment: {} }, { onPhase: (phase) => phases.push(phase) });
    expect(held).toMatchObject({ directory: undefined, additional: [] });
    expect(phases).toEqual([]);
  });

  it('are what an archive holds', async () => {
    await put('m.tar.gz', gzipSync(tarOf({ path: 'a/b', content: 'x' })));
    const byUrl = await acquire({ image: 'x', environment: {}, modelDataUrl: 's3://bucket/m.tar.gz' });
    const bySource = await acquire(containerOf({ uri: 's3://bucket/m.tar.gz', compression: 'Gzip' }));
    expect(await filesIn(byUrl.directory)).toEqual({ 'a/b': 'x' });
    expect(bySource.directory).toBe(byUrl.directory);
  });

  it('are one object under the last part of its key', async () => {
    await put('some/where/weights.bin', 'abc');
    const { directory: files } = await acquire(containerOf({ uri: 's3://bucket/some/where/weights.bin' }));
    expect(await filesIn(files)).toEqual({ 'weights.bin': 'abc' });
  });

  it('are all objects under a prefix, by what is left of their keys', async () => {
    for (let index = 0; index < 30; index += 1) await put(`m/part/${index}`, `${index}`);
    await put('m/config.json', '{}');
    await put('m', 'not in it');
    await put('m2/x', 'not in it either');
    objects.pageSize = 7;
    const found = await filesIn((await acquire(prefixed())).directory);
    expect(Object.keys(found)).toHaveLength(31);
    expect(found).toMatchObject({ 'config.json': '{}', 'part/0': '0', 'part/29': '29' });
  });

  it('are fetched eight at once, and no more', async () => {
    for (let index = 0; index < 20; index += 1) await put(`m/${index}`, `${index}`);
    objects.stall();
    const acquiring = acquire(prefixed());
    await objects.until(() => objects.underWay === 8);
    objects.goOn();
    expect(Object.keys(await filesIn((await acquiring).directory))).toHaveLength(20);
    expect(objects.mostAtOnce).toBe(8);
  });

  it('are those that a manifest names under its prefix', async () => {
    await put('m/a/1', 'one');
    await put('m/2', 'two');
    await put('m/3', 'not named');
    await put('manifest', JSON.stringify([{ prefix: 's3://bucket/m/' }, 'a/1', '2']));
    const held = await acquire(prefixed({ manifestUri: 's3://bucket/manifest' }));
    expect(await filesIn(held.directory)).toEqual({ 'a/1': 'one', '2': 'two' });
  });

  it('include those of additional sources, in a directory for each channel', async () => {
    await put('m', 'model');
    await put('lora.tar.gz', gzipSync(tarOf({ path: 'adapter', content: 'y' })));
    const source: ModelDataSource = { uri: 's3://bucket/lora.tar.gz', dataType: 'S3Object', compression: 'Gzip' };
    const held = await acquire({ ...containerOf({}), additionalModelData: [{ channelName: 'lora', source }] });
    expect(await filesIn(held.directory)).toEqual({ m: 'model' });
    expect(held.additional).toEqual([{ channelName: 'lora', directory: expect.any(String) }]);
    expect(await filesIn(held.additional[0]!.directory)).toEqual({ adapter: 'y' });
  });

  it('are there for everybody to read and nobody to write', async () => {
    await put('m/a/1', 'one');
    const { directory: files } = await acquire(prefixed());
    const modes = ['', 'a', 'a/1'].map(async (path) => (await stat(join(files!, path))).mode & 0o777);
    expect(await Promise.all(modes)).toEqual([0o555, 0o555, 0o444]);
  });

  it('are held all or none', async () => {
    await put('m', 'model');
    const source: ModelDataSource = { uri: 's3://bucket/absent', dataType: 'S3Object', compression: 'None' };
    models = await open({ maxBytes: 0 });
    const both = { ...containerOf({}), additionalModelData: [{ channelName: 'lora', source }] };
    expect(await refusal(both)).toBe('The model data s3://bucket/absent cannot be used: it does not exist.');
  });
});

describe('model data', () => {
  it.each<[string, Partial<ModelDataSource>, RegExp]>([
    ['an object that is not there', {}, /s3:\/\/bucket\/m cannot be used: it does not exist\.$/],
    ['a bucket that is not there', { uri: 's3://elsewhere/m' }, /its bucket does not exist/],
    ['an address that is none of S3', { uri: 'https://example.com/m' }, /not the address of an object in S3/],
    ['a prefix with nothing under it', { uri: 's3://bucket/m/', dataType: 'S3Prefix' }, /no object under it/],
    ['a prefix that ends amid a name', { uri: 's3://bucket/m', dataType: 'S3Prefix' }, /must end with a slash/],
    ['an archive of a prefix', { dataType: 'S3Prefix', compression: 'Gzip' }, /only a single object/],
    ['an ETag of a prefix', { uri: 's3://bucket/m/', dataType: 'S3Prefix', etag: 'x' }, /is that of one object/],
    ['an ETag of no manifest', { manifestEtag: 'x' }, /no manifest/],
    ['a manifest that is not there', { manifestUri: 's3://bucket/manifest' }, /does not exist/],
  ])('with %s is refused', async (_what, source, why) => {
    expect(await refusal(containerOf(source))).toMatch(why);
  });

  it.each([
    ['m/', /empty or blank/],
    ['m/a//b', /empty or blank/],
    ['m/a/ /b', /empty or blank/],
    ['m/./a', /name '\.'/],
    ['m/../a', /leads outside/],
    ['m/a/..', /leads outside/],
    ['m//etc/passwd', /empty or blank/],
    ['m/a\\b', /backslash/],
    ['m/a\u0000b', /control character/],
    [`m/${'n'.repeat(256)}`, /more than 255 bytes/],
    [`m/${'é'.repeat(128)}`, /more than 255 bytes/],
    ['m/weights/part1', /'weights' is a file and a directory of the same name/],
  ])('with the key %j is refused', async (key, why) => {
    await put('m/weights', 'x');
    await put(key, 'x');
    expect(await refusal(prefixed())).toMatch(why);
  });

  it.each([
    ['{"prefix": "s3://bucket/m/"}', /not of the form/],
    ['[{"prefix": "s3://bucket/m/"}]', /not of the form/],
    ['["s3://bucket/m/", "a"]', /not of the form/],
    ['[{"prefix": "s3://bucket/m/"}, 7]', /not of the form/],
    ['prefix,a,b', /not JSON/],
    ['[{"prefix": "https://example.com/"}, "a"]', /not the address/],
    ['[{"prefix": "s3://bucket/m/"}, "absent"]', /names 's3:\/\/bucket\/m\/absent', which is not there/],
    ['[{"prefix": "s3://bucket/m/"}, "a", "a"]', /'a' is in it twice/],
    ['[{"prefix": "s3://bucket/"}, "../bucket/m/a"]', /leads outside|not there/],
  ])('with the manifest %s is refused', async (manifest, why) => {
    await put('m/a', 'x');
    await put('manifest', manifest);
    expect(await refusal(prefixed({ manifestUri: 's3://bucket/manifest' }))).toMatch(why);
  });

  it('of more files than a model may have is refused', async () => {
    models = await open({ limits: { maxEntries: 3 } });
    for (let index = 0; index < 4; index += 1) await put(`m/${index}`, 'x');
    expect(await refusal(prefixed())).toMatch(/more than 3 entries/);
  });

  it('that is another version than the one asked for is refused with both ETags', async () => {
    const { etag } = await put('m', 'x');
    const manifest = await put('manifest', JSON.stringify([{ prefix: 's3://bucket/' }, 'm']));
    const named = { manifestUri: 's3://bucket/manifest' };
    expect(await refusal(containerOf({ etag: 'old' }))).toContain(
      `it has the ETag '${etag}', where the model asks for 'old'`,
    );
    expect(await refusal(prefixed({ ...named, manifestEtag: 'old' }))).toContain(
      `its manifest has the ETag '${manifest.etag}'`,
    );
    await acquire(containerOf({ etag: `"${etag}"` }));
    await acquire(prefixed({ ...named, manifestEtag: manifest.etag }));
  });

  it('that does not arrive in time is given up, its source is let go and nothing is left', async () => {
    await put('m', 'x');
    objects.stall();
    const late = acquire(containerOf({}), { timeoutMs: 50 });
    await expect(late).rejects.toMatchObject({
      code: 'ModelDataUnusable',
      message: expect.stringContaining('within 0.05 seconds'),
    });
    expect(objects.underWay).toBe(0);
    expect(await left()).toBe(0);
  });

  it('that is no longer wanted is given up with the reason, and nothing is left', async () => {
    await put('m', 'x');
    objects.stall();
    const stop = new AbortController();
    const acquiring = acquire(containerOf({}), { signal: stop.signal });
    await objects.until(() => objects.underWay === 1);
    const stopped = new Error('stopped');
    stop.abort(stopped);
    await expect(acquiring).rejects.toBe(stopped);
    expect(objects.underWay).toBe(0);
    expect(await left()).toBe(0);
  });

  it('that breaks off is not the fault of the model, and nothing is left', async () => {
    await put('m', 'x');
    objects.breakOff();
    await expect(acquire(containerOf({}))).rejects.toMatchObject({
      code: 'InstanceUnavailable',
      message: expect.stringContaining('of 1 bytes only 0 came'),
    });
    expect(await left()).toBe(0);
  });

  it('that changes while it is fetched is fetched as it is then, and given up where it never rests', async () => {
    await put('m', 'old');
    let changes = 0;
    objects.beforeGet = async () => {
      if (changes++ === 0) await put('m', 'new');
    };
    expect(await filesIn((await acquire(containerOf({}))).directory)).toEqual({ m: 'new' });
    objects.beforeGet = async () => void (await put('m', `${changes++}`));
    await put('m', 'again');
    await expect(acquire(containerOf({}))).rejects.toMatchObject({
      code: 'ModelDataUnusable',
      message: expect.stringContaining('keeps changing'),
    });
  });
});

describe('a model that is kept', () => {
  it('is not fetched again, and both phases are told', async () => {
    await put('m', 'x');
    const first = await acquire(containerOf({}));
    const phases: StartPhase[] = [];
    const second = await acquire(containerOf({}), { onPhase: (phase) => phases.push(phase) });
    expect(second.directory).toBe(first.directory);
    expect(objects.gets).toBe(1);
    expect(phases).toEqual(['download', 'unpack']);
  });

  it('is fetched once for all who want it at the same time', async () => {
    await put('m', 'x');
    const phases: StartPhase[][] = Array.from({ length: 5 }, () => []);
    const all = await Promise.all(
      phases.map((own) => acquire(containerOf({}), { onPhase: (phase) => own.push(phase) })),
    );
    expect(new Set(all.map((held) => held.directory)).size).toBe(1);
    expect(objects.gets).toBe(1);
    expect(phases).toEqual(phases.map(() => ['download', 'unpack']));
  });

  it('is fetched on for those who still want it when one gives up', async () => {
    await put('m', 'x');
    objects.stall();
    const stop = new AbortController();
    const impatient = acquire(containerOf({}), { signal: stop.signal });
    await objects.until(() => objects.underWay === 1);
    const patient = acquire(containerOf({}));
    await objects.until(() => objects.heads === 2);
    // From there it is only microtasks until both wait for the same.
    await new Promise(setImmediate);
    stop.abort(new Error('stopped'));
    await expect(impatient).rejects.toThrow('stopped');
    objects.goOn();
    expect(await filesIn((await patient).directory)).toEqual({ m: 'x' });
    expect(objects.gets).toBe(1);
  });

  it('is fetched anew when its object has changed, while the old one stays for those who read it', async () => {
    await put('m', 'old');
    const old = await acquire(containerOf({}));
    await put('m', 'new');
    const changed = await acquire(containerOf({}));
    expect(await filesIn(changed.directory)).toEqual({ m: 'new' });
    expect(await filesIn(old.directory)).toEqual({ m: 'old' });
  });

  it('outlives a restart', async () => {
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
  ])('is fetched anew where it was %s', async (_how, change) => {
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

  it('is all that a restart finds of what a crash left', async () => {
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

  it('can be held again after a restart by what still reads it', async () => {
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
});

/** A model of four blocks on disk, its directory and its file together. */
const model = (name: string) => containerOf({ uri: `s3://bucket/${name}` });

const use = async (name: string): Promise<void> => (await acquire(model(name))).release();

describe('what is kept', () => {
  beforeEach(async () => {
    for (const name of ['a', 'b', 'c']) await put(name, name.repeat(3 * BLOCK));
    models = await open({ maxBytes: 8 * BLOCK });
  });

  it('is what was used last, within the limit', async () => {
    for (const name of ['a', 'b', 'a', 'c']) await use(name);
    expect(await left()).toBe(2);
    const gets = objects.gets;
    await use('a');
    expect(objects.gets).toBe(gets);
    await use('b');
    expect(objects.gets).toBe(gets + 1);
  });

  it('is what was used last also after a restart', async () => {
    await use('b');
    await use('a');
    for (const name of await readdir(join(directory, 'kept'))) {
      const [file] = await readdir(join(directory, 'kept', name, 'model'));
      // As though `a` had been used an hour before `b`.
      const usedAt = new Date(file === 'a' ? Date.now() - 3_600_000 : Date.now());
      await utimes(join(directory, 'kept', name), usedAt, usedAt);
    }
    models = await open({ maxBytes: 8 * BLOCK });
    await use('c');
    const gets = objects.gets;
    await use('b');
    expect(objects.gets).toBe(gets);
  });

  it('is never less than what is in use', async () => {
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

  it('stays in use until the last of those who share it is gone', async () => {
    models = await open({ maxBytes: 0 });
    const [one, other] = await Promise.all([acquire(model('a')), acquire(model('a'))]);
    await one.release();
    expect(await left()).toBe(1);
    await other.release();
    expect(await left()).toBe(0);
  });

  it('is not a model that is too large to be kept, which is used and goes', async () => {
    await put('huge', 'h'.repeat(20 * BLOCK));
    const huge = await acquire(model('huge'));
    expect(Object.keys(await filesIn(huge.directory))).toEqual(['huge']);
    await huge.release();
    expect(await left()).toBe(0);
  });
});
