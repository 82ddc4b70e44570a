import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../libs/core/errors.js';
import type { ObjectLocation } from '../../libs/core/object-location.js';
import type { Body, ListOptions, Objects } from '../../libs/core/ports/objects.js';

/** What a server that somebody else wrote may lack. */
export const OBJECTS_CAPABILITIES = [
  'abort upload',
  'list parts',
  'list uploads',
  /** Puts and completions that must not replace anything (`If-None-Match: *`). */
  'if absent',
  /** A body is read whole or not at all while its object is overwritten. */
  'steady reads',
  /** Ranges of a first byte only, and of the last bytes (`bytes=-5`). */
  'all ranges',
  /** Sorted, in pages, rolled up: as S3 does it. */
  'exact listings',
  /** Keys that are no plain file paths: `a//b`, `../a`, `%`. */
  'odd keys',
  'control characters in keys',
  /** Compares parts with what `completeUpload` names, and refuses uploads that it does not know. */
  'checked uploads',
  /** Multipart etags as S3 makes them. */
  'multipart etags',
] as const;

export type ObjectsCapability = (typeof OBJECTS_CAPABILITIES)[number];

export interface ObjectsUnderTest {
  readonly objects: Objects;
  close(): Promise<void>;
}

/** Every promise of the `Objects` port; each test has a bucket of its own. */
export function objectsContract(
  name: string,
  setup: () => Promise<ObjectsUnderTest>,
  lacking: readonly ObjectsCapability[] = [],
): void {
  const can = (...needed: ObjectsCapability[]) => !needed.some((capability) => lacking.includes(capability));
  const run = Date.now().toString(36);
  let buckets = 0;

  describe(name, () => {
    let underTest: ObjectsUnderTest;
    let objects: Objects;

    beforeAll(async () => {
      underTest = await setup();
      objects = underTest.objects;
    });
    afterAll(() => underTest.close());

    async function newBucket(): Promise<string> {
      const bucket = `contract-${run}-${++buckets}`;
      await objects.createBucket(bucket);
      return bucket;
    }

    async function newLocation(key = 'some/object.txt'): Promise<ObjectLocation> {
      return { bucket: await newBucket(), key };
    }

    const read = async (location: ObjectLocation) => text((await objects.get(location)).body);

    describe('an object', () => {
      it('comes back as it was put, with its size, etag, content type and metadata', async () => {
        const location = await newLocation();
        const metadata = { colour: 'red', 'x-long': 'y'.repeat(1_500) };
        const put = await objects.put(location, bytes('hello'), { contentType: 'text/plain', metadata });

        const { body, ...head } = await objects.get(location);
        expect(await text(body)).toBe('hello');
        expect(head).toMatchObject({ sizeBytes: 5, etag: md5('hello'), contentType: 'text/plain', metadata });
        expect(put).toMatchObject({ sizeBytes: 5, etag: md5('hello'), contentType: 'text/plain', metadata });
        expect(await objects.head(location)).toEqual(head);
      });

      it.each([0, 1, 65_535, 65_536, 65_537, 1_048_577])('of %i bytes comes back whole, put at once', async (size) => {
        const location = await newLocation();
        const content = noise(size);
        await objects.put(location, content);
        expect(md5(await collect((await objects.get(location)).body))).toBe(md5(content));
      });

      it.each([0, 1, 65_536, 3_000_000])('of %i bytes comes back whole, put as a stream', async (size) => {
        const location = await newLocation();
        const content = noise(size);
        const head = await objects.put(location, streamOf(content, 10_000));
        const got = await objects.get(location);
        expect(md5(await collect(got.body))).toBe(md5(content));
        expect([head.sizeBytes, head.etag]).toEqual([size, got.etag]);
      });

      it('replaces the one that was there, with all that belonged to it', async () => {
        const location = await newLocation();
        await objects.put(location, bytes('old'), { contentType: 'text/plain', metadata: { age: 'old' } });
        await objects.put(location, bytes('newer'), { contentType: 'text/css' });
        expect(await read(location)).toBe('newer');
        expect(await objects.head(location)).toMatchObject({ sizeBytes: 5, contentType: 'text/css', metadata: {} });
      });

      it('that is not there is ObjectNotFound', async () => {
        const location = await newLocation();
        await expectCode(objects.get(location), 'ObjectNotFound');
        await expectCode(objects.head(location), 'ObjectNotFound');
      });

      it('in a bucket that is not there is BucketNotFound', async () => {
        const location = { bucket: `missing-${run}`, key: 'a' };
        await expectCode(objects.get(location), 'BucketNotFound');
        await expectCode(objects.head(location), 'BucketNotFound');
        await expectCode(objects.put(location, bytes('x')), 'BucketNotFound');
      });

      it('is refused when the body is shorter or longer than was announced', async () => {
        const location = await newLocation();
        for (const sizeBytes of [4, 6]) {
          await expectCode(objects.put(location, bytes('hello'), { sizeBytes }), 'BadDigest');
          await expectCode(objects.put(location, streamOf(bytes('hello'), 2), { sizeBytes }), 'BadDigest');
        }
        await expectCode(objects.head(location), 'ObjectNotFound');
      });

      it('is deleted, and again without complaint', async () => {
        const location = await newLocation();
        await objects.put(location, bytes('x'));
        await objects.delete(location);
        await expectCode(objects.get(location), 'ObjectNotFound');
        await objects.delete(location);
      });

      it('whose reader cancels before it has read anything can be read again', async () => {
        const location = await newLocation();
        await objects.put(location, noise(300_000));
        for (let i = 0; i < 20; i++) {
          const { body } = await objects.get(location);
          if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
        }
        expect((await collect((await objects.get(location)).body)).length).toBe(300_000);
      });

      it('with a key that is empty, too long or not Unicode is refused', async () => {
        const bucket = await newBucket();
        for (const key of ['', 'k'.repeat(1_025), 'é'.repeat(513), '\uD800']) {
          await expectCode(objects.put({ bucket, key }, bytes('x')), 'InvalidRequest');
        }
      });
    });

    describe('a range', () => {
      const content = noise(200_000);
      const asked = [
        { range: { first: 0, last: 0 }, first: 0, last: 0 },
        { range: { first: 10, last: 99 }, first: 10, last: 99 },
        { range: { first: 5, last: 150_000 }, first: 5, last: 150_000 },
        { range: { first: 199_990 }, first: 199_990, last: 199_999 },
        { range: { first: 199_000, last: 900_000 }, first: 199_000, last: 199_999 },
        { range: { first: -1 }, first: 199_999, last: 199_999 },
        { range: { first: -100_000 }, first: 100_000, last: 199_999 },
        { range: { first: -900_000 }, first: 0, last: 199_999 },
      ];

      it.skipIf(!can('all ranges'))(
        'gives the bytes that it names, clipped to the object, and the size of the whole',
        async () => {
          const location = await newLocation();
          await objects.put(location, content);
          for (const { range, first, last } of asked) {
            const got = await objects.get(location, { range });
            expect(got.range).toEqual({ first, last });
            expect(got.sizeBytes).toBe(content.length);
            expect(md5(await collect(got.body))).toBe(md5(content.subarray(first, last + 1)));
          }
        },
      );

      it('beyond the end is InvalidRange', async () => {
        const location = await newLocation();
        await objects.put(location, bytes('hello'));
        await expectCode(objects.get(location, { range: { first: 5 } }), 'InvalidRange');
        await expectCode(objects.get(location, { range: { first: 7, last: 9 } }), 'InvalidRange');
      });
    });

    describe('a put', () => {
      it('shows nothing before its body has ended, and then everything', async () => {
        const location = await newLocation();
        const body = new HeldBody(noise(100_000));
        const putting = objects.put(location, body);
        await body.started;
        await expectCode(objects.get(location), 'ObjectNotFound');
        expect((await objects.list(location.bucket)).objects).toEqual([]);
        body.release();
        await putting;
        expect((await objects.head(location)).sizeBytes).toBe(100_000);
      });

      it('over an object shows the old one until its body has ended', async () => {
        const location = await newLocation();
        await objects.put(location, bytes('old'));
        const body = new HeldBody(bytes('new'));
        const putting = objects.put(location, body);
        await body.started;
        expect(await read(location)).toBe('old');
        body.release();
        await putting;
        expect(await read(location)).toBe('new');
      });

      it.skipIf(!can('steady reads'))(
        'over an object never mixes old and new for those who read meanwhile',
        async () => {
          const location = await newLocation();
          const versions = Array.from({ length: 12 }, (_, i) => Buffer.alloc(i % 2 ? 1_000 : 150_000, i));
          await objects.put(location, versions[0]!);
          let writing = true;
          const readers = Array.from({ length: 3 }, async () => {
            while (writing) {
              const { body, etag } = await objects.get(location);
              expect(md5(await collect(body))).toBe(etag);
            }
          });
          for (const version of versions) await objects.put(location, version);
          writing = false;
          await Promise.all(readers);
        },
      );

      it('whose body fails shows nothing', async () => {
        const location = await newLocation();
        const failing = async function* () {
          yield bytes('half');
          throw new Error('the line went dead');
        };
        await expect(objects.put(location, failing())).rejects.toThrow('the line went dead');
        await expectCode(objects.head(location), 'ObjectNotFound');
      });

      it.skipIf(!can('if absent'))('that must not replace anything fails where there is an object', async () => {
        const location = await newLocation();
        await objects.put(location, bytes('first'), { ifAbsent: true });
        await expectCode(objects.put(location, bytes('second'), { ifAbsent: true }), 'PreconditionFailed');
        expect(await read(location)).toBe('first');
      });

      it.skipIf(!can('if absent'))('that must not replace anything has exactly one winner among racers', async () => {
        const location = await newLocation();
        const racers = Array.from({ length: 8 }, (_, i) =>
          objects.put(location, bytes(`racer ${i}`), { ifAbsent: true }).then(() => `racer ${i}`),
        );
        const results = await Promise.allSettled(racers);
        const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        expect(winners).toHaveLength(1);
        expect(await read(location)).toBe(winners[0]);
      });
    });

    describe('a staged object', () => {
      it('is invisible until it is committed', async () => {
        const location = await newLocation();
        const staged = await objects.stage(location, streamOf(bytes('hello'), 2), { contentType: 'text/plain' });
        expect(staged.sizeBytes).toBe(5);
        await expectCode(objects.get(location), 'ObjectNotFound');
        expect((await objects.list(location.bucket)).objects).toEqual([]);
        const head = await staged.commit();
        expect(head).toMatchObject({ sizeBytes: 5, etag: md5('hello'), contentType: 'text/plain' });
        expect(await read(location)).toBe('hello');
      });

      it('that is discarded never appears', async () => {
        const location = await newLocation();
        await objects.put(location, bytes('old'));
        const staged = await objects.stage(location, bytes('hello'));
        await staged.discard();
        await staged.discard();
        expect(await read(location)).toBe('old');
      });

      it('stays when it is discarded after the commit', async () => {
        const location = await newLocation();
        const staged = await objects.stage(location, bytes('hello'));
        await staged.commit();
        await staged.discard();
        expect(await read(location)).toBe('hello');
      });

      it.skipIf(!can('abort upload', 'list uploads'))('of many megabytes leaves nothing when discarded', async () => {
        const location = await newLocation();
        const staged = await objects.stage(location, streamOf(noise(20_000_000), 1_000_000));
        await staged.discard();
        await expectCode(objects.head(location), 'ObjectNotFound');
        expect(await objects.listUploads(location.bucket)).toEqual([]);
      });

      it('of many megabytes appears whole at the commit', async () => {
        const location = await newLocation();
        const content = noise(20_000_000);
        const staged = await objects.stage(location, streamOf(content, 1_000_000), { metadata: { big: 'yes' } });
        await expectCode(objects.head(location), 'ObjectNotFound');
        await staged.commit();
        const got = await objects.get(location);
        expect(got.metadata).toEqual({ big: 'yes' });
        expect(md5(await collect(got.body))).toBe(md5(content));
        if (!got.etag.includes('-')) expect(got.etag).toBe(md5(content));
      });
    });

    describe('an abort', () => {
      it('before the call stops it with the reason of the signal', async () => {
        const location = await newLocation();
        const reason = new Error('no longer wanted');
        const aborted = AbortSignal.abort(reason);
        await expect(objects.put(location, bytes('x'), {}, aborted)).rejects.toBe(reason);
        await expect(objects.get(location, {}, aborted)).rejects.toBe(reason);
        await expect(objects.list(location.bucket, {}, aborted)).rejects.toBe(reason);
      });

      it('while the body is awaited stops the put, closes the source and leaves nothing', async () => {
        const location = await newLocation();
        const controller = new AbortController();
        const body = new HeldBody(noise(100_000));
        const putting = objects.put(location, body, {}, controller.signal);
        await body.started;
        controller.abort(new Error('no longer wanted'));
        await expect(putting).rejects.toThrow('no longer wanted');
        await body.closed;
        await expectCode(objects.head(location), 'ObjectNotFound');
      });
    });

    describe('a bucket', () => {
      it('is created once, found, listed and deleted', async () => {
        const bucket = `contract-${run}-bucket`;
        expect(await objects.createBucket(bucket)).toBe(true);
        expect(await objects.createBucket(bucket)).toBe(false);
        const info = await objects.headBucket(bucket);
        expect(info.name).toBe(bucket);
        expect(await objects.listBuckets()).toContainEqual(info);
        await objects.deleteBucket(bucket);
        await expectCode(objects.headBucket(bucket), 'BucketNotFound');
        await expectCode(objects.deleteBucket(bucket), 'BucketNotFound');
        await expectCode(objects.list(bucket), 'BucketNotFound');
      });

      it('is not deleted while it holds an object', async () => {
        const location = await newLocation('deep/down/below');
        await objects.put(location, bytes('x'));
        await expectCode(objects.deleteBucket(location.bucket), 'BucketNotEmpty');
        expect(await read(location)).toBe('x');
        await objects.delete(location);
        await objects.deleteBucket(location.bucket);
      });

      it.each(['ab', 'Upper', '-dash', 'dot.', 'a..b', '../up', 'under_score', '192.168.0.1', 'x'.repeat(64), ''])(
        'may not be named %j',
        (bucket) => expectCode(objects.createBucket(bucket), 'InvalidRequest'),
      );
    });

    describe('a listing', () => {
      it.skipIf(!can('exact listings'))('is sorted by the bytes of the keys and tells sizes and etags', async () => {
        const bucket = await newBucket();
        const keys = ['a/b', 'a-b', 'a0', 'a', 'B', 'a/b/c'];
        for (const key of keys) await objects.put({ bucket, key }, bytes(key));
        const listing = await objects.list(bucket);
        expect(listing.objects.map(({ key }) => key)).toEqual(['B', 'a', 'a-b', 'a/b', 'a/b/c', 'a0']);
        expect(listing.objects[0]).toMatchObject({ sizeBytes: 1, etag: md5('B') });
        expect(listing).toMatchObject({ commonPrefixes: [] });
        expect(listing.next).toBeUndefined();
      });

      it.skipIf(!can('exact listings'))(
        'rolls keys up at the delimiter, and goes on after a common prefix',
        async () => {
          const bucket = await newBucket();
          for (const key of ['a/1', 'a/2', 'b', 'c/1', 'd']) await objects.put({ bucket, key }, bytes('x'));
          const first = await objects.list(bucket, { delimiter: '/', limit: 1 });
          expect([shownIn(first), first.next]).toEqual([['a/'], 'a/']);
          const second = await objects.list(bucket, { delimiter: '/', limit: 2, after: 'a/' });
          expect([shownIn(second), second.next]).toEqual([['b', 'c/'], 'c/']);
          const third = await objects.list(bucket, { delimiter: '/', after: 'c/' });
          expect([shownIn(third), third.next]).toEqual([['d'], undefined]);
        },
      );

      it('forgets a common prefix with its last object', async () => {
        const bucket = await newBucket();
        await objects.put({ bucket, key: 'a/b/c' }, bytes('x'));
        await objects.delete({ bucket, key: 'a/b/c' });
        expect(await objects.list(bucket, { delimiter: '/' })).toEqual({ objects: [], commonPrefixes: [] });
      });

      it.skipIf(!can('exact listings'))(
        'shows what a simple model shows, whatever the keys',
        { timeout: 60_000 },
        async () => {
          const segment = fc.constantFrom(
            ...PLAIN_SEGMENTS,
            ...(can('odd keys') ? ODD_SEGMENTS : []),
            ...(can('control characters in keys') ? CONTROL_SEGMENTS : []),
          );
          const key = fc
            .array(segment, { minLength: 1, maxLength: 4 })
            .map((segments) => segments.join('/'))
            .filter((text) => text !== '');
          const world = fc.record({
            keys: fc.uniqueArray(key, { maxLength: 14 }),
            prefix: fc.oneof(fc.constant(''), key, segment),
            delimiter: fc.constantFrom(undefined, '/', 'a', '//'),
            after: fc.oneof(fc.constant(''), key),
            limit: fc.integer({ min: 1, max: 6 }),
          });
          // A failure prints the seed and the smallest keys that show it.
          await fc.assert(
            fc.asyncProperty(world, async ({ keys, ...options }) => {
              const bucket = await newBucket();
              await Promise.all(keys.map((each) => objects.put({ bucket, key: each }, bytes(each))));
              await expectPagesOfModel(objects, bucket, keys, options);
              for (const each of keys) expect(await read({ bucket, key: each })).toBe(each);
              await Promise.all(keys.map((each) => objects.delete({ bucket, key: each })));
              expect((await objects.list(bucket)).objects).toEqual([]);
              await objects.deleteBucket(bucket);
            }),
            { numRuns: 40 },
          );
        },
      );
    });

    describe('an upload in parts', () => {
      const part = (n: number) => Buffer.alloc(5 * 1024 * 1024, n);

      it('becomes one object of its parts, in order, with what was said at its start', async () => {
        const location = await newLocation();
        const metadata = { kind: 'parts' };
        const id = await objects.createUpload(location, { contentType: 'text/plain', metadata });
        const second = await objects.uploadPart(location, id, 7, bytes('the end'));
        const first = await objects.uploadPart(location, id, 2, streamOf(part(1), 1_000_000));
        expect(first).toMatchObject({ number: 2, etag: md5(part(1)), sizeBytes: part(1).length });
        await expectCode(objects.head(location), 'ObjectNotFound');

        const head = await objects.completeUpload(location, id, [first, second]);
        expect(head.sizeBytes).toBe(part(1).length + 7);
        const { body, ...got } = await objects.get(location);
        expect(md5(await collect(body))).toBe(md5(Buffer.concat([part(1), bytes('the end')])));
        expect(got).toMatchObject({ etag: head.etag, contentType: 'text/plain', metadata });
        const etags = Buffer.concat([first, second].map(({ etag }) => Buffer.from(etag, 'hex')));
        if (can('multipart etags')) expect(head.etag).toBe(`${md5(etags)}-2`);
      });

      it('takes the last version of a part that was sent twice', async () => {
        const location = await newLocation();
        const id = await objects.createUpload(location);
        await objects.uploadPart(location, id, 1, bytes('wrong'));
        const again = await objects.uploadPart(location, id, 1, bytes('right'));
        await objects.completeUpload(location, id, [again]);
        expect(await read(location)).toBe('right');
      });

      it.skipIf(!can('checked uploads'))(
        'refuses parts that are missing, out of order or other than named',
        async () => {
          const location = await newLocation();
          const id = await objects.createUpload(location);
          const first = await objects.uploadPart(location, id, 1, part(1));
          const second = await objects.uploadPart(location, id, 2, bytes('two'));
          for (const parts of [[second, first], [first, { ...second, number: 3 }], [{ ...first, etag: second.etag }]]) {
            await expectCode(objects.completeUpload(location, id, parts), 'InvalidPart');
          }
          await expectCode(objects.completeUpload(location, id, []), 'InvalidPart');
          await expectCode(objects.head(location), 'ObjectNotFound');
          await objects.completeUpload(location, id, [first, second]);
          expect((await objects.head(location)).sizeBytes).toBe(part(1).length + 3);
        },
      );

      it.skipIf(!can('list parts'))('lists its parts', async () => {
        const location = await newLocation();
        const id = await objects.createUpload(location);
        expect(await objects.listParts(location, id)).toEqual([]);
        for (const number of [10, 2]) await objects.uploadPart(location, id, number, bytes(`part ${number}`));
        expect(await objects.listParts(location, id)).toMatchObject([
          { number: 2, etag: md5('part 2'), sizeBytes: 6 },
          { number: 10, etag: md5('part 10'), sizeBytes: 7 },
        ]);
      });

      it.skipIf(!can('list uploads', 'abort upload'))(
        'is listed with its key until it is completed or aborted',
        async () => {
          const bucket = await newBucket();
          const [b, a] = [
            await objects.createUpload({ bucket, key: 'b' }),
            await objects.createUpload({ bucket, key: 'a' }),
          ];
          expect(await objects.listUploads(bucket)).toMatchObject([
            { id: a, key: 'a' },
            { id: b, key: 'b' },
          ]);
          const only = await objects.uploadPart({ bucket, key: 'a' }, a, 1, bytes('x'));
          await objects.completeUpload({ bucket, key: 'a' }, a, [only]);
          await objects.abortUpload({ bucket, key: 'b' }, b);
          expect(await objects.listUploads(bucket)).toEqual([]);
        },
      );

      it.skipIf(!can('abort upload', 'checked uploads'))('is gone with its parts when it is aborted', async () => {
        const location = await newLocation();
        const id = await objects.createUpload(location);
        const only = await objects.uploadPart(location, id, 1, bytes('x'));
        await objects.abortUpload(location, id);
        await expectCode(objects.completeUpload(location, id, [only]), 'UploadNotFound');
        await expectCode(objects.uploadPart(location, id, 1, bytes('x')), 'UploadNotFound');
        await expectCode(objects.head(location), 'ObjectNotFound');
      });

      it.skipIf(!can('checked uploads'))('that nobody began is UploadNotFound', async () => {
        const location = await newLocation();
        await expectCode(objects.uploadPart(location, 'no-such-upload', 1, bytes('x')), 'UploadNotFound');
        await expectCode(
          objects.completeUpload(location, 'no-such-upload', [{ number: 1, etag: md5('x') }]),
          'UploadNotFound',
        );
      });

      it('refuses part numbers outside 1 to 10,000', async () => {
        const location = await newLocation();
        const id = await objects.createUpload(location);
        for (const number of [0, 10_001, 1.5]) {
          await expectCode(objects.uploadPart(location, id, number, bytes('x')), 'InvalidRequest');
        }
      });

      it.skipIf(!can('if absent'))('that must not replace anything fails where there is an object', async () => {
        const location = await newLocation();
        const id = await objects.createUpload(location);
        const only = await objects.uploadPart(location, id, 1, bytes('late'));
        await objects.put(location, bytes('early'));
        await expectCode(objects.completeUpload(location, id, [only], { ifAbsent: true }), 'PreconditionFailed');
        expect(await read(location)).toBe('early');
      });
    });
  });
}

const PLAIN_SEGMENTS = ['a', 'b', 'ab', 'B', '0', 'x.json'];

const ODD_SEGMENTS = [
  ...['', '.', '..', 'a-b', 'a+', 'a~', '%', '%2F', 'a%', '+', '~', ' ', '*', '\\', '.staging', '<&>'],
  ...['é', 'e\u0301', '漢字', '\uE000', '\u{1F600}'],
  ...['l'.repeat(250), 'l'.repeat(251), `${'l'.repeat(250)}-`, '漢'.repeat(80)],
];

const CONTROL_SEGMENTS = ['\u0001', '\n', '\t', '\u007F'];

/** Walks all pages and compares each with what a sorted array says. */
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

/** A body that gives its first half and holds the rest back until it is released. */
class HeldBody implements AsyncIterable<Uint8Array> {
  readonly #started = Promise.withResolvers<void>();
  readonly #released = Promise.withResolvers<void>();
  readonly #closed = Promise.withResolvers<void>();
  readonly started = this.#started.promise;
  readonly closed = this.#closed.promise;
  readonly release = this.#released.resolve;

  constructor(private readonly content: Uint8Array) {}

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const half = this.content.length >> 1;
    const pieces = [this.content.subarray(0, half), this.content.subarray(half)];
    return {
      next: async () => {
        if (pieces.length === 1) {
          this.#started.resolve();
          await this.#released.promise;
        }
        const value = pieces.shift();
        return value ? { done: false, value } : { done: true, value: undefined };
      },
      return: async () => {
        this.#closed.resolve();
        return { done: true, value: undefined };
      },
    };
  }
}

async function expectCode(promise: Promise<unknown>, code: ErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'EbbError', code });
}

function bytes(content: string): Buffer {
  return Buffer.from(content);
}

function md5(content: string | Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

/** Bytes that do not repeat soon, the same at every run. */
function noise(size: number): Buffer {
  const content = Buffer.allocUnsafe(size);
  for (let i = 0, state = size + 1; i < size; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    content[i] = state >>> 24;
  }
  return content;
}

async function* streamOf(content: Uint8Array, chunkBytes: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += chunkBytes) yield content.subarray(at, at + chunkBytes);
}

async function collect(body: Body): Promise<Buffer> {
  if (body instanceof Uint8Array) return Buffer.from(body);
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

async function text(body: Body): Promise<string> {
  return (await collect(body)).toString();
}
