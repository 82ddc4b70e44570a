import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  type CompletedPart,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  type S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';
import { rawRequest } from './s3-raw-request.js';

const Bucket = 'multipart';
const MIB = 1024 * 1024;
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

async function begin(Key: string): Promise<{ Bucket: string; Key: string; UploadId: string }> {
  const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType: 'text/x-parts' }));
  return { Bucket, Key, UploadId: UploadId! };
}

async function part(upload: object, PartNumber: number, Body: Uint8Array | string): Promise<CompletedPart> {
  const { ETag } = await s3.send(
    new UploadPartCommand({ ...(upload as Awaited<ReturnType<typeof begin>>), PartNumber, Body }),
  );
  return { PartNumber, ETag };
}

const complete = (upload: Awaited<ReturnType<typeof begin>>, Parts: CompletedPart[], more: object = {}) =>
  s3.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts }, ...more }));
const listWay = (more: object) => s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: 'way/', ...more }));
const isMissing = (Key: string) =>
  expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject({ name: 'NotFound' });

describe('a multipart upload over S3', () => {
  it('appears whole once it is completed, and not before', async () => {
    const upload = await begin('whole ä/+');
    const last = await part(upload, 2, 'the end');
    const first = await part(upload, 1, Buffer.alloc(5 * MIB, 'a'));
    await isMissing(upload.Key);
    const done = await complete(upload, [first, last]);
    expect(done).toMatchObject({ Bucket, Key: upload.Key, Location: `${host.url}/${Bucket}/whole%20%C3%A4/%2B` });
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: upload.Key }));
    expect(head).toMatchObject({ ContentLength: 5 * MIB + 7, ContentType: 'text/x-parts', ETag: done.ETag });
    expect(head.ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    const tail = await s3.send(new GetObjectCommand({ Bucket, Key: upload.Key, Range: 'bytes=-9' }));
    expect(await tail.Body!.transformToString()).toBe('aathe end');
  });

  it('is made by the SDK from a stream, with its own checksums, and returned unchanged', async () => {
    const sent = createHash('sha256');
    const blocks = Array.from({ length: 24 }, (_, number) => Buffer.alloc(MIB, `block ${number} `));
    for (const block of blocks) sent.update(block);
    const params = { Bucket, Key: 'streamed', Body: Readable.from(blocks), ChecksumAlgorithm: 'CRC32C' } as const;
    await new Upload({ client: s3, params, queueSize: 4 }).done();
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'streamed' }));
    const got = createHash('sha256');
    for await (const bytes of Body as Readable) got.update(bytes as Uint8Array);
    expect(got.digest('hex')).toBe(sent.digest('hex'));
  });

  it('replaces a part that is sent again, and leaves out parts that are not named', async () => {
    const upload = await begin('replaced');
    await part(upload, 1, 'wrong');
    await part(upload, 2, 'unnamed');
    await complete(upload, [await part(upload, 1, 'right')]);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'replaced' }));
    expect(await Body!.transformToString()).toBe('right');
  });

  it('copies parts from other objects', async () => {
    await host.objects.put({ bucket: Bucket, key: 'source' }, Buffer.from('0123456789'));
    const upload = await begin('of-copies');
    const CopySource = `${Bucket}/source`;
    const copyPart = (CopySourceRange: string) =>
      s3.send(new UploadPartCopyCommand({ ...upload, PartNumber: 1, CopySource, CopySourceRange }));
    await expect(copyPart('bytes=5-10')).rejects.toMatchObject({ name: 'InvalidArgument' });
    const { CopyPartResult } = await copyPart('bytes=2-4');
    await complete(upload, [{ PartNumber: 1, ETag: CopyPartResult!.ETag }]);
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key: 'of-copies' }));
    expect(await Body!.transformToString()).toBe('234');
  });

  it('leaves nothing once it is aborted', async () => {
    const upload = await begin('aborted');
    const first = await part(upload, 1, 'x');
    await s3.send(new AbortMultipartUploadCommand(upload));
    await expect(complete(upload, [first])).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(s3.send(new ListPartsCommand(upload))).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await expect(part(upload, 2, 'x')).rejects.toMatchObject({ name: 'NoSuchUpload' });
    await isMissing('aborted');
  });

  it('shows its parts, page by page', async () => {
    const upload = await begin('parts');
    for (const number of [3, 1, 10_000]) await part(upload, number, `part ${number}`);
    const first = await s3.send(new ListPartsCommand({ ...upload, MaxParts: 2 }));
    expect(first.Parts!.map(({ PartNumber, Size }) => [PartNumber, Size])).toEqual([
      [1, 6],
      [3, 6],
    ]);
    expect(first.IsTruncated).toBe(true);
    const marker = first.NextPartNumberMarker;
    const second = await s3.send(new ListPartsCommand({ ...upload, PartNumberMarker: marker }));
    expect([second.Parts!.map(({ PartNumber }) => PartNumber), second.IsTruncated]).toEqual([[10_000], false]);
    await s3.send(new AbortMultipartUploadCommand(upload));
  });

  it('is listed while it is under way, by key, page by page', async () => {
    const uploads = [await begin('way/a'), await begin('way/b/1'), await begin('way/b/2'), await begin('way/c')];
    const all = await listWay({});
    expect(all.Uploads!.map(({ Key, UploadId }) => ({ Bucket, Key, UploadId }))).toEqual(uploads);
    const first = await listWay({ MaxUploads: 3 });
    expect([first.IsTruncated, first.NextKeyMarker]).toEqual([true, 'way/b/2']);
    const rest = await listWay({ KeyMarker: first.NextKeyMarker, UploadIdMarker: first.NextUploadIdMarker });
    expect(rest.Uploads!.map(({ Key }) => Key)).toEqual(['way/c']);
    const rolled = await listWay({ Delimiter: '/' });
    expect([rolled.Uploads!.map(({ Key }) => Key), rolled.CommonPrefixes]).toEqual([
      ['way/a', 'way/c'],
      [{ Prefix: 'way/b/' }],
    ]);
  });

  it('is completed only if the object does not exist, on request', async () => {
    await host.objects.put({ bucket: Bucket, key: 'taken' }, Buffer.from('first'));
    const upload = await begin('taken');
    const parts = [await part(upload, 1, 'second')];
    await expect(complete(upload, parts, { IfNoneMatch: '*' })).rejects.toMatchObject({ name: 'PreconditionFailed' });
    expect(await host.objects.head({ bucket: Bucket, key: 'taken' })).toMatchObject({ sizeBytes: 5 });
  });

  it('is not completed from parts that are too small, missing, different or out of order', async () => {
    const upload = await begin('refused');
    const [one, two] = [await part(upload, 1, 'small'), await part(upload, 2, 'last')];
    await expect(complete(upload, [one, two])).rejects.toMatchObject({ name: 'EntityTooSmall' });
    await expect(complete(upload, [two, one])).rejects.toMatchObject({ name: 'InvalidPartOrder' });
    await expect(complete(upload, [{ PartNumber: 3, ETag: one.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete(upload, [{ PartNumber: 1, ETag: two.ETag }])).rejects.toMatchObject({ name: 'InvalidPart' });
    await expect(complete(upload, [])).rejects.toMatchObject({ name: 'MalformedXML' });
    await expect(complete(upload, [one], { MpuObjectSize: 9 })).rejects.toMatchObject({ name: 'InvalidRequest' });
    await expect(complete(upload, [one], { ChecksumCRC32: 'AAAAAA==' })).rejects.toMatchObject({
      name: 'NotImplemented',
    });
    await isMissing('refused');
    await complete(upload, [one], { MpuObjectSize: 5 });
  });

  it.each(['0', '10001', '-1', 'one', ''])('has no part of the number "%s"', async (number) => {
    const { Key, UploadId } = await begin('numbers');
    const path = `/${Bucket}/${Key}?uploadId=${UploadId}&partNumber=${number}`;
    const answer = await rawRequest(host.port, 'PUT', path, { 'content-length': 1 }, 'x');
    expect(answer).toMatchObject({ status: 400, code: 'InvalidArgument' });
  });

  it('refuses a part that does not match its checksum', async () => {
    const upload = await begin('torn');
    const path = `/${Bucket}/${upload.Key}?uploadId=${upload.UploadId}&partNumber=1`;
    const headers = { 'content-length': 1, 'x-amz-checksum-crc32': 'AAAAAA==' };
    expect(await rawRequest(host.port, 'PUT', path, headers, 'x')).toMatchObject({ status: 400, code: 'BadDigest' });
    expect((await s3.send(new ListPartsCommand(upload))).Parts).toBeUndefined();
  });

  it('requires its bucket', async () => {
    const nowhere = { Bucket: 'nowhere', Key: 'k' };
    await expect(s3.send(new CreateMultipartUploadCommand(nowhere))).rejects.toMatchObject({ name: 'NoSuchBucket' });
    await expect(s3.send(new ListMultipartUploadsCommand(nowhere))).rejects.toMatchObject({ name: 'NoSuchBucket' });
  });
});
