import { describe, expect, it } from 'vitest';
import { bytes, collect, md5, streamOf } from '../support/bodies.js';
import { ebbError, type ObjectsWorld } from './objects-world.js';

/** Objects that are uploaded in parts. */
export function uploadsContract(world: ObjectsWorld): void {
  describe('an upload in parts', () => {
    it('becomes one object of its parts, in order, with the metadata from its start', async () => {
      const location = await world.newLocation();
      const metadata = { kind: 'parts' };
      const id = await world.objects.createUpload(location, { contentType: 'text/plain', metadata });
      const second = await world.objects.uploadPart(location, id, 7, bytes('the end'));
      const first = await world.objects.uploadPart(location, id, 2, streamOf(part(1), 1_000_000));
      expect(first).toMatchObject({ number: 2, etag: md5(part(1)), sizeBytes: part(1).length });
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));

      const head = await world.objects.completeUpload(location, id, [first, second]);
      expect(head.sizeBytes).toBe(part(1).length + 7);
      const { body, ...got } = await world.objects.get(location);
      expect(md5(await collect(body))).toBe(md5(Buffer.concat([part(1), bytes('the end')])));
      expect(got).toMatchObject({ etag: head.etag, contentType: 'text/plain', metadata });
      const etags = Buffer.concat([first, second].map(({ etag }) => Buffer.from(etag, 'hex')));
      expect(head.etag).toBe(world.can('multipart etags') ? `${md5(etags)}-2` : got.etag);
    });

    it('uses the last version of a part that was sent twice', async () => {
      const location = await world.newLocation();
      const id = await world.objects.createUpload(location);
      await world.objects.uploadPart(location, id, 1, bytes('wrong'));
      const again = await world.objects.uploadPart(location, id, 1, bytes('right'));
      await world.objects.completeUpload(location, id, [again]);
      expect(await world.read(location)).toBe('right');
    });

    it.skipIf(!world.can('checked uploads'))(
      'refuses parts that are missing, out of order or different from the named ones',
      async () => {
        const location = await world.newLocation();
        const id = await world.objects.createUpload(location);
        const first = await world.objects.uploadPart(location, id, 1, part(1));
        const second = await world.objects.uploadPart(location, id, 2, bytes('two'));
        for (const parts of [[second, first], [first, { ...second, number: 3 }], [{ ...first, etag: second.etag }]]) {
          await expect(world.objects.completeUpload(location, id, parts)).rejects.toMatchObject(
            ebbError('InvalidPart'),
          );
        }
        await expect(world.objects.completeUpload(location, id, [])).rejects.toMatchObject(ebbError('InvalidPart'));
        await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
        await world.objects.completeUpload(location, id, [first, second]);
        expect((await world.objects.head(location)).sizeBytes).toBe(part(1).length + 3);
      },
    );

    it.skipIf(!world.can('list parts'))('lists its parts', async () => {
      const location = await world.newLocation();
      const id = await world.objects.createUpload(location);
      expect(await world.objects.listParts(location, id)).toEqual([]);
      for (const number of [10, 2]) await world.objects.uploadPart(location, id, number, bytes(`part ${number}`));
      expect(await world.objects.listParts(location, id)).toMatchObject([
        { number: 2, etag: md5('part 2'), sizeBytes: 6 },
        { number: 10, etag: md5('part 10'), sizeBytes: 7 },
      ]);
    });

    it.skipIf(!world.can('list uploads', 'abort upload'))(
      'is listed with its key until it is completed or aborted',
      async () => {
        const bucket = await world.newBucket();
        const [b, a] = [
          await world.objects.createUpload({ bucket, key: 'b' }),
          await world.objects.createUpload({ bucket, key: 'a' }),
        ];
        expect(await world.objects.listUploads(bucket)).toMatchObject([
          { id: a, key: 'a' },
          { id: b, key: 'b' },
        ]);
        const only = await world.objects.uploadPart({ bucket, key: 'a' }, a, 1, bytes('x'));
        await world.objects.completeUpload({ bucket, key: 'a' }, a, [only]);
        await world.objects.abortUpload({ bucket, key: 'b' }, b);
        expect(await world.objects.listUploads(bucket)).toEqual([]);
      },
    );

    it.skipIf(!world.can('abort upload', 'checked uploads'))('is gone with its parts when it is aborted', async () => {
      const location = await world.newLocation();
      const id = await world.objects.createUpload(location);
      const only = await world.objects.uploadPart(location, id, 1, bytes('x'));
      await world.objects.abortUpload(location, id);
      await expect(world.objects.completeUpload(location, id, [only])).rejects.toMatchObject(
        ebbError('UploadNotFound'),
      );
      await expect(world.objects.uploadPart(location, id, 1, bytes('x'))).rejects.toMatchObject(
        ebbError('UploadNotFound'),
      );
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
    });

    it.skipIf(!world.can('checked uploads'))('that was never started is UploadNotFound', async () => {
      const location = await world.newLocation();
      await expect(world.objects.uploadPart(location, 'no-such-upload', 1, bytes('x'))).rejects.toMatchObject(
        ebbError('UploadNotFound'),
      );
      await expect(
        world.objects.completeUpload(location, 'no-such-upload', [{ number: 1, etag: md5('x') }]),
      ).rejects.toMatchObject(ebbError('UploadNotFound'));
    });

    it('refuses part numbers outside 1 to 10,000', async () => {
      const location = await world.newLocation();
      const id = await world.objects.createUpload(location);
      for (const number of [0, 10_001, 1.5]) {
        await expect(world.objects.uploadPart(location, id, number, bytes('x'))).rejects.toMatchObject(
          ebbError('InvalidRequest'),
        );
      }
    });

    it.skipIf(!world.can('if absent'))('that must not replace anything fails if there is an object', async () => {
      const location = await world.newLocation();
      const id = await world.objects.createUpload(location);
      const only = await world.objects.uploadPart(location, id, 1, bytes('late'));
      await world.objects.put(location, bytes('early'));
      await expect(world.objects.completeUpload(location, id, [only], { ifAbsent: true })).rejects.toMatchObject(
        ebbError('PreconditionFailed'),
      );
      expect(await world.read(location)).toBe('early');
    });
  });
}

/** A part of the smallest size that S3 accepts for all but the last part. */
function part(fill: number): Buffer {
  return Buffer.alloc(5 * 1024 * 1024, fill);
}
