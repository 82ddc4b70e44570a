import { describe, expect, it } from 'vitest';
import { bytes, collect, md5, noise, streamOf, textOf } from '../support/bodies.js';
import { ebbError, type ObjectsWorld } from './objects-world.js';

/** Objects come back as they were put: whole, in ranges, with their metadata. */
export function readingContract(world: ObjectsWorld): void {
  describe('an object', () => {
    it('comes back as it was put, with its size, etag, content type and metadata', async () => {
      const location = await world.newLocation();
      const long = { 'x-long': 'y'.repeat(1_500) };
      const metadata = { colour: 'red', ...long };
      const put = await world.objects.put(location, bytes('hello'), {
        contentType: 'text/plain',
        metadata: { Colour: 'red', ...long },
      });

      const { body, ...head } = await world.objects.get(location);
      expect(await textOf(body)).toBe('hello');
      expect(head).toMatchObject({ sizeBytes: 5, etag: md5('hello'), contentType: 'text/plain', metadata });
      expect(put).toMatchObject({ sizeBytes: 5, etag: md5('hello'), contentType: 'text/plain', metadata });
      expect(await world.objects.head(location)).toEqual(head);
    });

    it.each([0, 1, 65_535, 65_536, 65_537, 1_048_577])('of %i bytes comes back whole, put at once', async (size) => {
      const location = await world.newLocation();
      const content = noise(size);
      await world.objects.put(location, content);
      expect(md5(await collect((await world.objects.get(location)).body))).toBe(md5(content));
    });

    it.each([0, 1, 65_536, 3_000_000])('of %i bytes comes back whole, put as a stream', async (size) => {
      const location = await world.newLocation();
      const content = noise(size);
      const head = await world.objects.put(location, streamOf(content, 10_000));
      const got = await world.objects.get(location);
      expect(md5(await collect(got.body))).toBe(md5(content));
      expect([head.sizeBytes, head.etag]).toEqual([size, got.etag]);
    });

    it('replaces the previous object and all of its metadata', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('old'), { contentType: 'text/plain', metadata: { age: 'old' } });
      await world.objects.put(location, bytes('newer'), { contentType: 'text/css' });
      expect(await world.read(location)).toBe('newer');
      expect(await world.objects.head(location)).toMatchObject({ sizeBytes: 5, contentType: 'text/css', metadata: {} });
    });

    it('that does not exist is ObjectNotFound', async () => {
      const location = await world.newLocation();
      await expect(world.objects.get(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
    });

    it('in a bucket that does not exist is BucketNotFound', async () => {
      const location = { bucket: `missing-${world.run}`, key: 'a' };
      await expect(world.objects.get(location)).rejects.toMatchObject(ebbError('BucketNotFound'));
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('BucketNotFound'));
      await expect(world.objects.put(location, bytes('x'))).rejects.toMatchObject(ebbError('BucketNotFound'));
    });

    it('is refused if the body is shorter or longer than announced', async () => {
      const location = await world.newLocation();
      for (const sizeBytes of [4, 6]) {
        await expect(world.objects.put(location, bytes('hello'), { sizeBytes })).rejects.toMatchObject(
          ebbError('BadDigest'),
        );
        await expect(world.objects.put(location, streamOf(bytes('hello'), 2), { sizeBytes })).rejects.toMatchObject(
          ebbError('BadDigest'),
        );
      }
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
    });

    it('can be deleted, and deleted again without an error', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('x'));
      await world.objects.delete(location);
      await expect(world.objects.get(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
      await world.objects.delete(location);
    });

    it('whose reader cancels before it has read anything can be read again', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, noise(300_000));
      for (let i = 0; i < 20; i++) {
        const { body } = await world.objects.get(location);
        if (!(body instanceof Uint8Array)) await body[Symbol.asyncIterator]().return?.();
      }
      expect((await collect((await world.objects.get(location)).body)).length).toBe(300_000);
    });

    it('with a key that is empty, too long or not Unicode is refused', async () => {
      const bucket = await world.newBucket();
      for (const key of ['', 'k'.repeat(1_025), 'é'.repeat(513), '\uD800']) {
        await expect(world.objects.put({ bucket, key }, bytes('x'))).rejects.toMatchObject(ebbError('InvalidRequest'));
      }
    });
  });

  describe('a range', () => {
    const content = noise(200_000);
    const asked = [
      { range: { first: 1, last: 1 }, first: 1, last: 1 },
      { range: { first: 10, last: 99 }, first: 10, last: 99 },
      { range: { first: 5, last: 150_000 }, first: 5, last: 150_000 },
      { range: { first: 199_990 }, first: 199_990, last: 199_999 },
      { range: { first: 199_000, last: 900_000 }, first: 199_000, last: 199_999 },
    ];
    const askedAtTheEdges = [
      { range: { first: 0, last: 0 }, first: 0, last: 0 },
      { range: { first: -1 }, first: 199_999, last: 199_999 },
      { range: { first: -100_000 }, first: 100_000, last: 199_999 },
      { range: { first: -900_000 }, first: 0, last: 199_999 },
    ];

    it('returns its bytes, clipped to the object, and the size of the whole', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, content);
      for (const { range, first, last } of world.can('all ranges') ? [...asked, ...askedAtTheEdges] : asked) {
        const got = await world.objects.get(location, { range });
        expect(got.range).toEqual({ first, last });
        expect(got.sizeBytes).toBe(content.length);
        expect(md5(await collect(got.body))).toBe(md5(content.subarray(first, last + 1)));
      }
    });

    it('beyond the end is InvalidRange', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('hello'));
      await expect(world.objects.get(location, { range: { first: 5 } })).rejects.toMatchObject(
        ebbError('InvalidRange'),
      );
      await expect(world.objects.get(location, { range: { first: 7, last: 9 } })).rejects.toMatchObject(
        ebbError('InvalidRange'),
      );
    });
  });
}
