import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ListOptions, Objects } from '../../libs/core/ports/objects.js';
import { bytes, md5 } from '../support/bodies.js';
import { ebbError, type ObjectsWorld } from './objects-world.js';

/** Buckets, and their listings. */
export function listingContract(world: ObjectsWorld): void {
  describe('a bucket', () => {
    it('is created once, found, listed and deleted', async () => {
      const bucket = `contract-${world.run}-bucket`;
      expect(await world.objects.createBucket(bucket)).toBe(true);
      expect(await world.objects.createBucket(bucket)).toBe(false);
      const info = await world.objects.headBucket(bucket);
      expect(info.name).toBe(bucket);
      expect(await world.objects.listBuckets()).toContainEqual(info);
      await world.objects.deleteBucket(bucket);
      await expect(world.objects.headBucket(bucket)).rejects.toMatchObject(ebbError('BucketNotFound'));
      await expect(world.objects.deleteBucket(bucket)).rejects.toMatchObject(ebbError('BucketNotFound'));
      await expect(world.objects.list(bucket)).rejects.toMatchObject(ebbError('BucketNotFound'));
    });

    it('is not deleted while it holds an object', async () => {
      const location = await world.newLocation('deep/down/below');
      await world.objects.put(location, bytes('x'));
      await expect(world.objects.deleteBucket(location.bucket)).rejects.toMatchObject(ebbError('BucketNotEmpty'));
      expect(await world.read(location)).toBe('x');
      await world.objects.delete(location);
      await world.objects.deleteBucket(location.bucket);
    });

    it.each(['ab', 'Upper', '-dash', 'dot.', 'a..b', '../up', 'under_score', '192.168.0.1', 'x'.repeat(64), ''])(
      'may not be named %j',
      async (bucket) => {
        await expect(world.objects.createBucket(bucket)).rejects.toMatchObject(ebbError('InvalidRequest'));
      },
    );
  });

  describe('a listing', () => {
    it.skipIf(!world.can('ordered listings'))(
      'is sorted by the bytes of the keys and shows sizes and etags',
      async () => {
        const bucket = await world.newBucket();
        const keys = ['a/b', 'a-b', 'a0', 'a', 'B', 'a/b/c'];
        for (const key of keys) await world.objects.put({ bucket, key }, bytes(key));
        const listing = await world.objects.list(bucket);
        expect(listing.objects.map(({ key }) => key)).toEqual(['B', 'a', 'a-b', 'a/b', 'a/b/c', 'a0']);
        expect(listing.objects[0]).toMatchObject({ sizeBytes: 1, etag: md5('B') });
        expect(listing).toMatchObject({ commonPrefixes: [] });
        expect(listing.next).toBeUndefined();
      },
    );

    it.skipIf(!world.can('paged listings'))(
      'rolls keys up at the delimiter, and continues after a common prefix',
      async () => {
        const bucket = await world.newBucket();
        for (const key of ['a/1', 'a/2', 'b', 'c/1', 'd']) await world.objects.put({ bucket, key }, bytes('x'));
        const first = await world.objects.list(bucket, { delimiter: '/', limit: 1 });
        expect([shownIn(first), first.next]).toEqual([['a/'], 'a/']);
        const second = await world.objects.list(bucket, { delimiter: '/', limit: 2, after: 'a/' });
        expect([shownIn(second), second.next]).toEqual([['b', 'c/'], 'c/']);
        const third = await world.objects.list(bucket, { delimiter: '/', after: 'c/' });
        expect([shownIn(third), third.next]).toEqual([['d'], undefined]);
      },
    );

    it('drops a common prefix with its last object', async () => {
      const bucket = await world.newBucket();
      await world.objects.put({ bucket, key: 'a/b/c' }, bytes('x'));
      await world.objects.delete({ bucket, key: 'a/b/c' });
      expect(await world.objects.list(bucket, { delimiter: '/' })).toEqual({ objects: [], commonPrefixes: [] });
    });

    const canShowAll = world.can('ordered listings', 'paged listings');
    it.skipIf(!canShowAll)('agrees with a simple model for any keys', { timeout: 60_000 }, async () => {
      // A failure prints the seed and the smallest keys that fail.
      await fc.assert(
        fc.asyncProperty(listings(world), async ({ keys, ...options }) => {
          const bucket = await world.newBucket();
          await Promise.all(keys.map((key) => world.objects.put({ bucket, key }, bytes(key))));
          await expectPagesOfModel(world.objects, bucket, keys, options);
          for (const key of keys) expect(await world.read({ bucket, key })).toBe(key);
          await Promise.all(keys.map((key) => world.objects.delete({ bucket, key })));
          expect((await world.objects.list(bucket)).objects).toEqual([]);
          await world.objects.deleteBucket(bucket);
        }),
        { numRuns: 40 },
      );
    });
  });
}

/** Some keys, and a way to list them. */
function listings(world: ObjectsWorld) {
  const segment = fc.constantFrom(
    ...PLAIN_SEGMENTS,
    ...(world.can('odd keys') ? ODD_SEGMENTS : []),
    ...(world.can('control characters in keys') ? CONTROL_SEGMENTS : []),
  );
  const key = fc
    .array(segment, { minLength: 1, maxLength: 4 })
    .map((segments) => segments.join('/'))
    .filter((text) => text !== '');
  return fc.record({
    keys: fc.uniqueArray(key, { maxLength: 14 }),
    prefix: fc.oneof(fc.constant(''), key, segment),
    delimiter: fc.constantFrom(undefined, '/', 'a', '//'),
    after: fc.oneof(fc.constant(''), key),
    limit: fc.integer({ min: 1, max: 6 }),
  });
}

const PLAIN_SEGMENTS = ['a', 'b', 'ab', 'B', '0', 'x.json'];

const ODD_SEGMENTS = [
  '',
  '.',
  '..',
  'a-b',
  'a+',
  'a~',
  '%',
  '%2F',
  'a%',
  '+',
  '~',
  ' ',
  '*',
  '\\',
  '.staging',
  '<&>',
  'é',
  'e\u0301',
  '漢字',
  '\uE000',
  '\u{1F600}',
  'l'.repeat(250),
  'l'.repeat(251),
  `${'l'.repeat(250)}-`,
  '漢'.repeat(80),
];

const CONTROL_SEGMENTS = ['\u0001', '\n', '\t', '\u007F'];

/** Reads all pages and compares each with a sorted array. */
async function expectPagesOfModel(
  objects: Objects,
  bucket: string,
  keys: readonly string[],
  { after: start = '', limit = 1_000, ...options }: ListOptions,
): Promise<void> {
  const { prefix = '', delimiter } = options;
  const shown = new Set<string>();
  for (const key of keys.filter((each) => each.startsWith(prefix))) {
    const at = delimiter ? key.indexOf(delimiter, prefix.length) : -1;
    shown.add(at < 0 ? key : key.slice(0, at + delimiter!.length));
  }
  const sorted = [...shown].sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
  let after: string | undefined = start;
  while (after !== undefined) {
    const from: Buffer = bytes(after);
    const rest = sorted.filter((name) => Buffer.compare(bytes(name), from) > 0);
    const listing = await objects.list(bucket, { ...options, after, limit });
    expect(shownIn(listing)).toEqual(rest.slice(0, limit));
    expect(listing.next).toBe(rest.length > limit ? rest[limit - 1] : undefined);
    after = listing.next;
  }
}

function shownIn(listing: Awaited<ReturnType<Objects['list']>>): string[] {
  const names = [...listing.objects.map(({ key }) => key), ...listing.commonPrefixes];
  return names.sort((a, b) => Buffer.compare(bytes(a), bytes(b)));
}
