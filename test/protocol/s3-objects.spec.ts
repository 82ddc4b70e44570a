import { connect } from 'node:net';
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';
import { rawRequest } from './s3-raw-request.js';

const Bucket = 'objects';
let host: S3Host;
let s3: S3Client;

beforeAll(async () => {
  host = await S3Host.start();
  s3 = host.client();
  await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  s3.destroy();
  await host[Symbol.asyncDispose]();
});

const put = (Key: string, Body: string, more: Partial<PutObjectCommandInput> = {}) =>
  s3.send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
const get = async (Key: string) => (await s3.send(new GetObjectCommand({ Bucket, Key }))).Body!.transformToString();
const readIf = (conditions: object) => s3.send(new GetObjectCommand({ Bucket, Key: 'conditional', ...conditions }));

describe('objects over S3', () => {
  it('are returned with all of their metadata', async () => {
    const said = {
      CacheControl: 'max-age=60',
      ContentDisposition: 'attachment',
      ContentEncoding: 'gzip',
      ContentLanguage: 'de',
      ContentType: 'text/x-special',
      Metadata: { colour: 'blue', 'two-words': 'a b' },
    };
    await put('described/ä b+c?d', 'content', { ...said, ExpectedBucketOwner: '000000000000' });
    const found = await s3.send(new GetObjectCommand({ Bucket, Key: 'described/ä b+c?d' }));
    expect(found).toMatchObject({ ...said, ContentLength: 7, ETag: '"9a0364b9e99bb480dd25e1f0284c8555"' });
    expect(await found.Body!.transformToString()).toBe('content');
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'described/ä b+c?d' }));
    expect(head).toMatchObject({ ...said, ContentLength: 7, LastModified: found.LastModified });
  });

  it('may be empty', async () => {
    await put('empty', '');
    expect(await get('empty')).toBe('');
  });

  it('are read in ranges, and only in ranges that they have', async () => {
    await put('ranged', '0123456789');
    const read = async (Range: string) => {
      const found = await s3.send(new GetObjectCommand({ Bucket, Key: 'ranged', Range }));
      return [found.$metadata.httpStatusCode, found.ContentRange, await found.Body!.transformToString()];
    };
    expect(await read('bytes=2-4')).toEqual([206, 'bytes 2-4/10', '234']);
    expect(await read('bytes=7-')).toEqual([206, 'bytes 7-9/10', '789']);
    expect(await read('bytes=-2')).toEqual([206, 'bytes 8-9/10', '89']);
    expect(await read('bytes=8-99')).toEqual([206, 'bytes 8-9/10', '89']);
    expect(await read('bytes=0-1,4-5')).toEqual([200, undefined, '0123456789']);
    await expect(read('bytes=10-')).rejects.toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: 'ranged', Range: 'bytes=2-4' }));
    expect([head.$metadata.httpStatusCode, head.ContentRange, head.ContentLength]).toEqual([206, 'bytes 2-4/10', 3]);
  });

  it('are returned only under the conditions of the reader', async () => {
    const { ETag } = await put('conditional', 'content');
    const past = new Date(Date.now() - 3_600_000);
    const future = new Date(Date.now() + 3_600_000);
    for (const held of [
      { IfMatch: ETag },
      { IfNoneMatch: '"x"' },
      { IfModifiedSince: past },
      { IfUnmodifiedSince: future },
    ]) {
      const { Body } = await readIf(held);
      expect(await Body!.transformToString()).toBe('content');
    }
    for (const unchanged of [{ IfNoneMatch: ETag }, { IfModifiedSince: future }]) {
      await expect(readIf(unchanged)).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    }
    for (const failed of [{ IfMatch: '"x"' }, { IfUnmodifiedSince: past }]) {
      await expect(readIf(failed)).rejects.toMatchObject({
        name: 'PreconditionFailed',
        $metadata: { httpStatusCode: 412 },
      });
    }
  });

  it('are written only if the key is free, on request', async () => {
    await put('first', 'one', { IfNoneMatch: '*' });
    await expect(put('first', 'two', { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await get('first')).toBe('one');
  });

  it('are not written under conditions that Ebb does not support', async () => {
    await put('kept', 'one');
    await expect(put('kept', 'two', { IfMatch: '"x"' })).rejects.toMatchObject({ name: 'NotImplemented' });
    await expect(put('kept', 'two', { Tagging: 'a=b' })).rejects.toMatchObject({ name: 'NotImplemented' });
    expect(await get('kept')).toBe('one');
  });

  it('that are missing are distinguished from missing buckets', async () => {
    await expect(get('missing')).rejects.toMatchObject({ name: 'NoSuchKey', $metadata: { httpStatusCode: 404 } });
    await expect(s3.send(new PutObjectCommand({ Bucket: 'nowhere', Key: 'k', Body: 'x' }))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    });
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: 'missing' }))).rejects.toMatchObject({
      name: 'NotFound',
    });
    await expect(s3.send(new GetObjectCommand({ Bucket, Key: 'missing', VersionId: '7' }))).rejects.toMatchObject({
      name: 'NoSuchVersion',
    });
  });

  it('are deleted, also if they do not exist', async () => {
    await put('doomed', 'x');
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'doomed' }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: 'doomed' }));
    await expect(get('doomed')).rejects.toMatchObject({ name: 'NoSuchKey' });
  });

  it('are deleted by the hundred, also with names that XML must escape', async () => {
    const keys = [...Array.from({ length: 100 }, (_, number) => `many/${number}`), 'many/<&> "ü"', 'many/ a\r\n'];
    await Promise.all(keys.map((key) => put(key, 'x')));
    const Objects = keys.map((Key) => ({ Key }));
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect([Deleted!.map(({ Key }) => Key), Errors]).toEqual([keys, undefined]);
    expect((await host.objects.list(Bucket, { prefix: 'many/' })).objects).toEqual([]);
    const quiet = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }));
    expect(quiet.Deleted).toBeUndefined();
  });

  it('that cannot be deleted do not prevent the deletion of others', async () => {
    await put('deletable', 'x');
    const Objects = [{ Key: 'k'.repeat(1025) }, { Key: 'deletable' }, { Key: 'versioned', VersionId: '7' }];
    const { Deleted, Errors } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(Deleted).toEqual([{ Key: 'deletable' }]);
    expect(Errors!.map(({ Code }) => Code)).toEqual(['KeyTooLongError', 'NoSuchVersion']);
  });

  it('are not deleted by a list that is truncated, empty, too long or without a checksum', async () => {
    await put('survivor', 'x');
    const list = '<Delete><Object><Key>survivor</Key></Object></Delete>';
    const send = (body: string, headers: Record<string, string>) =>
      rawRequest(host.port, 'POST', `/${Bucket}?delete`, { 'content-length': body.length, ...headers }, body);
    const md5 = { 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' };
    expect(await send(list, md5)).toMatchObject({ code: 'BadDigest' });
    expect(await send(list, {})).toMatchObject({ code: 'InvalidRequest' });
    expect(await send('', md5)).toMatchObject({ code: 'MalformedXML' });
    const Objects = Array.from({ length: 1001 }, () => ({ Key: 'survivor' }));
    await expect(s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }))).rejects.toMatchObject({
      name: 'MalformedXML',
    });
    expect(await get('survivor')).toBe('x');
  });

  it('are copied with their metadata, or with new metadata', async () => {
    await put('copy/source ü', 'content', { ContentType: 'text/x-old', Metadata: { a: '1' } });
    const CopySource = encodeURI(`${Bucket}/copy/source ü`);
    const copied = await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy/one', CopySource }));
    expect(copied.CopyObjectResult).toMatchObject({ ETag: '"9a0364b9e99bb480dd25e1f0284c8555"' });
    const renewed = { MetadataDirective: 'REPLACE', ContentType: 'text/x-new', Metadata: { b: '2' } } as const;
    await s3.send(new CopyObjectCommand({ Bucket, Key: 'copy/two', CopySource, ...renewed }));
    const head = (Key: string) => s3.send(new HeadObjectCommand({ Bucket, Key }));
    expect(await head('copy/one')).toMatchObject({ ContentType: 'text/x-old', Metadata: { a: '1' } });
    expect(await head('copy/two')).toMatchObject({ ContentType: 'text/x-new', Metadata: { b: '2' } });
    expect(await get('copy/two')).toBe('content');
  });

  it('are copied onto themselves only with new metadata', async () => {
    await put('copy/self', 'content');
    const self = { Bucket, Key: 'copy/self', CopySource: `${Bucket}/copy/self` };
    await expect(s3.send(new CopyObjectCommand(self))).rejects.toMatchObject({ name: 'InvalidRequest' });
    const Metadata = { a: '1' };
    await s3.send(new CopyObjectCommand({ ...self, MetadataDirective: 'REPLACE', Metadata }));
    expect(await s3.send(new HeadObjectCommand({ Bucket, Key: 'copy/self' }))).toMatchObject({ Metadata });
    expect(await get('copy/self')).toBe('content');
  });

  it('are not copied from a missing source, against a condition, or over an existing object', async () => {
    await put('copy/a', 'a');
    await put('copy/b', 'b');
    const copy = (more: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key: 'copy/b', CopySource: `${Bucket}/copy/a`, ...more }));
    await expect(copy({ CopySource: `${Bucket}/copy/none` })).rejects.toMatchObject({ name: 'NoSuchKey' });
    await expect(copy({ CopySource: 'nonsense' })).rejects.toMatchObject({ name: 'InvalidArgument' });
    await expect(copy({ CopySourceIfMatch: '"x"' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    await expect(copy({ IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await get('copy/b')).toBe('b');
  });

  it.runIf(process.platform === 'linux')('close their file when the reader goes away', async () => {
    await host.objects.put({ bucket: Bucket, key: 'left' }, Buffer.alloc(32 * 1024 * 1024));
    const socket = connect(host.port, '127.0.0.1');
    socket.write(`GET /${Bucket}/left HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
    await expect.poll(() => host.openFiles(), { interval: 20 }).toEqual([]);
    expect(await get('empty')).toBe('');
  });
});
