import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FilesystemObjects } from '../../libs/drivers/objects/filesystem.js';
import { objectsContract } from './objects.contract.js';

objectsContract('objects as files', async () => {
  const root = await mkdtemp(join(tmpdir(), 'ebb-objects-'));
  return {
    objects: await FilesystemObjects.open(root),
    close: () => rm(root, { recursive: true, force: true }),
  };
});

describe('the directory of objects as files', () => {
  let root: string;
  let objects: FilesystemObjects;

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ebb-objects-'));
    objects = await FilesystemObjects.open(root);
    await objects.createBucket('bucket');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const staged = () => readdir(join(root, '.staging'));

  it('holds text that a person can read', async () => {
    await objects.put({ bucket: 'bucket', key: 'out/7.txt' }, Buffer.from('hello'), { contentType: 'text/plain' });
    const file = await readFile(join(root, 'bucket/out+/7.txt'), 'utf8');
    expect(file.split('\n')).toEqual([
      'hello',
      '{"sizeBytes":5,"etag":"5d41402abc4b2a76b9719d911017c592","contentType":"text/plain","metadata":{}}',
      'ebbobj1 0000064',
      '',
    ]);
  });

  it('contains every object, even if its key looks like a path out', async () => {
    const keys = ['../../escaped', '..', '/etc/escaped', 'a/../../../escaped', '..\\escaped', '%2e%2e/escaped', '\0'];
    for (const key of keys) await objects.put({ bucket: 'bucket', key }, Buffer.from(key));
    expect((await readdir(root)).sort()).toEqual(['.staging', '.uploads', 'bucket']);
    expect(await readdir(join(root, '.uploads'))).toEqual([]);
    expect((await objects.list('bucket')).objects.map(({ key }) => key)).toEqual(keys.sort());
  });

  it('takes the longest keys of any characters', async () => {
    const keys = ['k'.repeat(1_024), '/'.repeat(1_024), '\u0001'.repeat(1_024), 'é'.repeat(512), '../'.repeat(341)];
    for (const key of keys) await objects.put({ bucket: 'bucket', key }, Buffer.from('x'));
    expect(new Set((await objects.list('bucket')).objects.map(({ key }) => key))).toEqual(new Set(keys));
    for (const key of keys) await objects.delete({ bucket: 'bucket', key });
    expect(await readdir(join(root, 'bucket'))).toEqual([]);
  });

  it('keeps no remains of discarded, failed, aborted, refused or completed uploads', async () => {
    const location = { bucket: 'bucket', key: 'a' };
    const large = Buffer.alloc(3_000_000);
    const failing = async function* () {
      yield large;
      throw new Error('the line went dead');
    };
    await (await objects.stage(location, large)).discard();
    await expect(objects.put(location, failing())).rejects.toThrow('the line went dead');
    await expect(objects.put(location, large, { sizeBytes: 5 })).rejects.toThrow('announced length');
    await objects.put(location, large);
    await expect(objects.put(location, large, { ifAbsent: true })).rejects.toThrow('already');
    const upload = await objects.createUpload(location);
    const part = await objects.uploadPart(location, upload, 1, large);
    await expect(objects.uploadPart(location, upload, 2, failing())).rejects.toThrow('the line went dead');
    await objects.completeUpload(location, upload, [part]);
    expect(await staged()).toEqual([]);
    expect(await readdir(join(root, '.uploads/bucket'))).toEqual([]);
  });

  it('survives simultaneous puts and deletes that create and prune the same directories', async () => {
    await Promise.all(['a', 'b', 'c', 'd'].map((name) => putAndDelete(objects, name)));
    expect(await readdir(join(root, 'bucket'))).toEqual([]);
  });

  it('ignores files of other programs', async () => {
    await objects.put({ bucket: 'bucket', key: 'a' }, Buffer.from('x'));
    await writeFile(join(root, 'bucket/.DS_Store'), 'no object');
    await writeFile(join(root, 'bucket/%zz'), 'no key');
    await mkdir(join(root, 'bucket/empty+'));
    const { objects: listed, commonPrefixes } = await objects.list('bucket', { delimiter: '/' });
    expect([listed.map(({ key }) => key), commonPrefixes]).toEqual([['a'], []]);
    await expect(objects.get({ bucket: 'bucket', key: '.DS_Store' })).rejects.toMatchObject({ code: 'ObjectNotFound' });
  });

  it('is shared by processes: each reads the objects that others put', async () => {
    const other = await FilesystemObjects.open(root);
    const location = { bucket: 'bucket', key: 'x/y' };
    await objects.put(location, Buffer.from('from here'));
    await other.delete(location);
    await objects.put(location, Buffer.from('again'));
    await other.delete(location);
    await other.deleteBucket('bucket');
    await expect(objects.put(location, Buffer.from('late'))).rejects.toMatchObject({ code: 'BucketNotFound' });
    expect(await staged()).toEqual([]);
  });

  it('drops only the unfinished writes of a killed process when it is opened again', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 60_000)']);
    try {
      const mine = await objects.stage({ bucket: 'bucket', key: 'mine' }, Buffer.from('mine'));
      const [host] = (await staged())[0]!.split('-');
      await writeFile(join(root, '.staging', `${host}-${other.pid}-cafe-0`), 'half');
      await FilesystemObjects.open(root);
      expect(await staged()).toHaveLength(2);
      other.kill('SIGKILL');
      await once(other, 'exit');
      await FilesystemObjects.open(root);
      expect(await staged()).toHaveLength(1);
      await mine.commit();
      expect((await objects.list('bucket')).objects).toMatchObject([{ key: 'mine', sizeBytes: 4 }]);
    } finally {
      other.kill('SIGKILL');
    }
  });

  it('drops unfinished writes of another host that are older than a day', async () => {
    for (const [name, ageHours] of [
      ['0badc0de-1-aa-0', 23],
      ['0badc0de-1-aa-1', 25],
    ] as const) {
      const path = join(root, '.staging', name);
      await writeFile(path, 'half');
      const seconds = Date.now() / 1_000 - ageHours * 3_600;
      await utimes(path, seconds, seconds);
    }
    await FilesystemObjects.open(root);
    expect(await staged()).toEqual(['0badc0de-1-aa-0']);
  });
});

async function putAndDelete(objects: FilesystemObjects, name: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    const location = { bucket: 'bucket', key: `deep/down/below/${name}` };
    await objects.put(location, Buffer.from('x'));
    await objects.delete(location);
  }
}
