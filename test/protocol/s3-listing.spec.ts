import {
  CreateBucketCommand,
  ListObjectsCommand,
  type ListObjectsCommandInput,
  ListObjectsV2Command,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { S3Host } from './s3-host.js';
import { rawRequest } from './s3-raw-request.js';

const Bucket = 'listing';
const KEYS = ['a.txt', 'b/1', 'b/2', 'b/c/3', 'd e/&<>', 'd e/+%', 'z', 'é', '😀'];
let host: S3Host;
let s3: S3Client;

beforeAll(async () => {
  host = await S3Host.start();
  s3 = host.client();
  await s3.send(new CreateBucketCommand({ Bucket }));
  for (const key of KEYS) await host.objects.put({ bucket: Bucket, key }, Buffer.from(key));
});

afterAll(async () => {
  s3.destroy();
  await host[Symbol.asyncDispose]();
});

const listV1 = (more: Partial<ListObjectsCommandInput> = {}) => s3.send(new ListObjectsCommand({ Bucket, ...more }));
const namesOf = (list: { Contents?: { Key?: string }[]; CommonPrefixes?: { Prefix?: string }[] }) => [
  ...(list.Contents ?? []).map(({ Key }) => Key),
  ...(list.CommonPrefixes ?? []).map(({ Prefix }) => Prefix),
];

describe('a listing over S3', () => {
  it('holds every key in order, with size, entity tag and time', async () => {
    const list = await s3.send(new ListObjectsV2Command({ Bucket }));
    expect(namesOf(list)).toEqual(KEYS);
    expect(list).toMatchObject({ Name: Bucket, KeyCount: 9, IsTruncated: false, MaxKeys: 1000, Prefix: '' });
    expect(list.Contents![0]).toMatchObject({ Size: 5, StorageClass: 'STANDARD', LastModified: expect.any(Date) });
    expect(list.Contents![0]!.ETag).toMatch(/^"[0-9a-f]{32}"$/);
    expect(list.Contents![0]!.Owner).toBeUndefined();
    const owned = await s3.send(new ListObjectsV2Command({ Bucket, FetchOwner: true }));
    expect(owned.Contents![0]!.Owner).toMatchObject({ ID: expect.any(String) });
  });

  it('rolls keys up into common prefixes', async () => {
    const list = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/' }));
    expect(namesOf(list)).toEqual(['a.txt', 'z', 'é', '😀', 'b/', 'd e/']);
    const inside = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter: '/', Prefix: 'b/' }));
    expect(namesOf(inside)).toEqual(['b/1', 'b/2', 'b/c/']);
  });

  it('returns everything once, page by page', async () => {
    for (const Delimiter of [undefined, '/']) {
      const names: (string | undefined)[] = [];
      const whole = await s3.send(new ListObjectsV2Command({ Bucket, Delimiter }));
      for await (const page of paginateListObjectsV2({ client: s3, pageSize: 2 }, { Bucket, Delimiter })) {
        expect(page.KeyCount).toBeLessThanOrEqual(2);
        names.push(...namesOf(page));
      }
      expect(names.sort()).toEqual(namesOf(whole).sort());
    }
  });

  it('of the first version continues from a marker', async () => {
    const first = await listV1({ MaxKeys: 2, Delimiter: '/' });
    expect([namesOf(first), first.IsTruncated]).toEqual([['a.txt', 'b/'], true]);
    const second = await listV1({ MaxKeys: 2, Delimiter: '/', Marker: first.NextMarker });
    expect(namesOf(second)).toEqual(['z', 'd e/']);
    expect(second.Contents![0]!.Owner).toMatchObject({ ID: expect.any(String) });
    expect(namesOf(await listV1({ Marker: 'b/2' }))[0]).toBe('b/c/3');
  });

  it('may start after a key that does not exist', async () => {
    expect(namesOf(await s3.send(new ListObjectsV2Command({ Bucket, StartAfter: 'm' })))).toEqual(['z', 'é', '😀']);
  });

  it('writes names percent-encoded on request', async () => {
    const list = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'd e/', EncodingType: 'url' }));
    expect([namesOf(list), list.Prefix, list.EncodingType]).toEqual([
      ['d%20e/%26%3C%3E', 'd%20e/%2B%25'],
      'd%20e/',
      'url',
    ]);
  });

  it('of no keys can be requested', async () => {
    expect(await listV1({ MaxKeys: 0 })).toMatchObject({ IsTruncated: false, MaxKeys: 0 });
    expect(await s3.send(new ListObjectsV2Command({ Bucket, Prefix: 'none' }))).toMatchObject({ KeyCount: 0 });
  });

  it('has at most a thousand keys', async () => {
    expect(await listV1({ MaxKeys: 5000 })).toMatchObject({ MaxKeys: 1000 });
  });

  it.each([
    'max-keys=many',
    'max-keys=-1',
    'encoding-type=base64',
    'list-type=2&continuation-token=nonsense',
    'list-type=2&continuation-token=',
    'list-type=2&continuation-token=ff',
  ])('is refused for %s', async (query) => {
    expect(await rawRequest(host.port, 'GET', `/${Bucket}?${query}`)).toMatchObject({
      status: 400,
      code: 'InvalidArgument',
    });
  });

  it('of a missing bucket is an error', async () => {
    for (const query of ['', '?max-keys=0', '?list-type=2']) {
      expect(await rawRequest(host.port, 'GET', `/nowhere${query}`)).toMatchObject({ code: 'NoSuchBucket' });
    }
  });
});
