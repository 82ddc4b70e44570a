import { mkdtemp, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tarOf } from '../../../../test/support/archives.js';
import { containerOf, filesIn, leftIn } from '../../../../test/support/model-scene.js';
import { WatchedObjects } from '../../../../test/support/watched-objects.js';
import type { StartPhase } from '../../../core/instance/start-phase.js';
import type { ModelDataSource } from '../../../core/model/model-data.js';
import type { ContainerDefinition } from '../../../core/model/container.js';
import { type AcquireOptions, ModelStore, type ModelStoreOptions } from './model-store.js';
import { removeTree } from './model-tree.js';

const timeoutMs = 60_000;

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

const prefixed = (source: Partial<ModelDataSource> = {}) =>
  containerOf({ uri: 's3://bucket/m/', dataType: 'S3Prefix', ...source });

const left = (): Promise<number> => leftIn(directory);

const acquire = (container: ContainerDefinition, options: Partial<AcquireOptions> = {}, from = models) =>
  from.acquire(container, { timeoutMs, ...options });

/** Returns the reason for which a container's model is refused, alike by `verify` and by `acquire`. */
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

describe('the files of a container', () => {
  it('are none if it has no model data', async () => {
    const phases: StartPhase[] = [];
    const held = await acquire({ image: 'x', environment: {} }, { onPhase: (phase) => phases.push(phase) });
    expect(held).toMatchObject({ directory: undefined, additional: [] });
    expect(phases).toEqual([]);
  });

  it('are the contents of an archive', async () => {
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

  it('are all objects under a prefix, at the rest of their keys', async () => {
    for (let index = 0; index < 30; index += 1) await put(`m/part/${index}`, `${index}`);
    await put('m/config.json', '{}');
    await put('m', 'not in it');
    await put('m2/x', 'not in it either');
    objects.pageSize = 7;
    const found = await filesIn((await acquire(prefixed())).directory);
    expect(Object.keys(found)).toHaveLength(31);
    expect(found).toMatchObject({ 'config.json': '{}', 'part/0': '0', 'part/29': '29' });
  });

  it('are fetched at most eight at once', async () => {
    for (let index = 0; index < 20; index += 1) await put(`m/${index}`, `${index}`);
    objects.stall();
    const acquiring = acquire(prefixed());
    await objects.until(() => objects.underWay === 8);
    objects.goOn();
    expect(Object.keys(await filesIn((await acquiring).directory))).toHaveLength(20);
    expect(objects.mostAtOnce).toBe(8);
  });

  it('are the objects that a manifest names under its prefix', async () => {
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

  it('can be read by every user and written by none', async () => {
    await put('m/a/1', 'one');
    const { directory: files } = await acquire(prefixed());
    const modes = ['', 'a', 'a/1'].map(async (path) => (await stat(join(files!, path))).mode & 0o777);
    expect(await Promise.all(modes)).toEqual([0o555, 0o555, 0o444]);
  });

  it('are held completely or not at all', async () => {
    await put('m', 'model');
    const source: ModelDataSource = { uri: 's3://bucket/absent', dataType: 'S3Object', compression: 'None' };
    models = await open({ maxBytes: 0 });
    const both = { ...containerOf({}), additionalModelData: [{ channelName: 'lora', source }] };
    expect(await refusal(both)).toBe('The model data s3://bucket/absent cannot be used: it does not exist.');
  });
});

describe('model data', () => {
  it.each<[string, Partial<ModelDataSource>, RegExp]>([
    ['a missing object', {}, /s3:\/\/bucket\/m cannot be used: it does not exist\.$/],
    ['a missing bucket', { uri: 's3://elsewhere/m' }, /its bucket does not exist/],
    ['an address outside S3', { uri: 'https://example.com/m' }, /not the address of an object in S3/],
    ['a prefix with nothing under it', { uri: 's3://bucket/m/', dataType: 'S3Prefix' }, /no object under it/],
    ['a prefix that ends within a name', { uri: 's3://bucket/m', dataType: 'S3Prefix' }, /must end with a slash/],
    ['an archive of a prefix', { dataType: 'S3Prefix', compression: 'Gzip' }, /only a single object/],
    ['an ETag of a prefix', { uri: 's3://bucket/m/', dataType: 'S3Prefix', etag: 'x' }, /belongs to one object/],
    ['an ETag of a manifest but no manifest', { manifestEtag: 'x' }, /no manifest/],
    ['a missing manifest', { manifestUri: 's3://bucket/manifest' }, /does not exist/],
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
    ['[{"prefix": "s3://bucket/m/"}, "absent"]', /names 's3:\/\/bucket\/m\/absent', which does not exist/],
    ['[{"prefix": "s3://bucket/m/"}, "a", "a"]', /'a' is in it twice/],
    ['[{"prefix": "s3://bucket/"}, "../bucket/m/a"]', /leads outside|does not exist/],
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

  it('of another version than the model asks for is refused with both ETags', async () => {
    const { etag } = await put('m', 'x');
    const manifest = await put('manifest', JSON.stringify([{ prefix: 's3://bucket/' }, 'm']));
    const named = { manifestUri: 's3://bucket/manifest' };
    expect(await refusal(containerOf({ etag: 'old' }))).toContain(
      `it has the ETag '${etag}', but the model asks for 'old'`,
    );
    expect(await refusal(prefixed({ ...named, manifestEtag: 'old' }))).toContain(
      `its manifest has the ETag '${manifest.etag}'`,
    );
    await acquire(containerOf({ etag: `"${etag}"` }));
    await acquire(prefixed({ ...named, manifestEtag: manifest.etag }));
  });

  it.each(['None', 'Gzip'] as const)(
    '(%s) that is not fetched within the time limit is refused',
    async (compression) => {
      await put('m', 'x');
      objects.stall();
      const late = acquire(containerOf({ compression }), { timeoutMs: 50 });
      await expect(late).rejects.toMatchObject({
        code: 'ModelDataUnusable',
        message: expect.stringContaining('within 0.05 seconds'),
      });
      expect(objects.underWay).toBe(0);
      expect(await left()).toBe(0);
    },
  );

  it('that is given up by an abort raises its reason, and leaves no files', async () => {
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

  it('that breaks off while it is fetched raises Unavailable, and leaves no files', async () => {
    await put('m', 'x');
    objects.breakOff();
    await expect(acquire(containerOf({}))).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining('only 0 of 1 bytes arrived'),
    });
    expect(await left()).toBe(0);
  });

  it('that does not fit on the disk raises Unavailable', async () => {
    await put('m', 'x');
    objects.claimedBytes = 1e18;
    await expect(acquire(containerOf({}))).rejects.toMatchObject({
      code: 'Unavailable',
      message: expect.stringContaining("no room left on this machine's disk"),
    });
    expect(await left()).toBe(0);
  });

  it('that changes while it is fetched is fetched again, and refused if it keeps changing', async () => {
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
