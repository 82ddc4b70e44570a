import { describe, expect, it } from 'vitest';
import { bytes, collect, HeldBody, md5, noise, streamOf } from '../support/bodies.js';
import { ebbError, type ObjectsWorld } from './objects-world.js';

/** Objects appear whole and at once, or never. */
export function writingContract(world: ObjectsWorld): void {
  describe('a put', () => {
    it('shows nothing until its body has ended, and then the whole object', async () => {
      const location = await world.newLocation();
      const body = new HeldBody(noise(100_000));
      const putting = world.objects.put(location, body);
      await body.started;
      await expect(world.objects.get(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
      expect((await world.objects.list(location.bucket)).objects).toEqual([]);
      body.release();
      await putting;
      expect((await world.objects.head(location)).sizeBytes).toBe(100_000);
    });

    it('over an object shows the old one until its body has ended', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('old'));
      const body = new HeldBody(bytes('new'));
      const putting = world.objects.put(location, body);
      await body.started;
      expect(await world.read(location)).toBe('old');
      body.release();
      await putting;
      expect(await world.read(location)).toBe('new');
    });

    it.skipIf(!world.can('steady reads'))(
      'over an object never mixes old and new for simultaneous readers',
      async () => {
        const location = await world.newLocation();
        const versions = Array.from({ length: 12 }, (_, i) => Buffer.alloc(i % 2 ? 1_000 : 150_000, i));
        await world.objects.put(location, versions[0]!);
        const written = new AbortController();
        const readers = Array.from({ length: 3 }, async () => {
          while (!written.signal.aborted) {
            const { body, etag } = await world.objects.get(location);
            expect(md5(await collect(body))).toBe(etag);
          }
        });
        for (const version of versions) await world.objects.put(location, version);
        written.abort();
        await Promise.all(readers);
      },
    );

    it('whose body fails shows nothing', async () => {
      const location = await world.newLocation();
      await expect(world.objects.put(location, failing())).rejects.toThrow('the line went dead');
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
    });

    it.skipIf(!world.can('if absent'))('that must not replace anything fails if there is an object', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('first'), { ifAbsent: true });
      await expect(world.objects.put(location, bytes('second'), { ifAbsent: true })).rejects.toMatchObject(
        ebbError('PreconditionFailed'),
      );
      expect(await world.read(location)).toBe('first');
    });

    it.skipIf(!world.can('if absent'))(
      'that must not replace anything has exactly one winner among racers',
      async () => {
        const location = await world.newLocation();
        const racers = Array.from({ length: 8 }, (_, i) =>
          world.objects.put(location, bytes(`racer ${i}`), { ifAbsent: true }).then(() => `racer ${i}`),
        );
        const results = await Promise.allSettled(racers);
        const winners = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
        expect(winners).toHaveLength(1);
        expect(await world.read(location)).toBe(winners[0]);
      },
    );
  });

  describe('a staged object', () => {
    it('is invisible until it is committed', async () => {
      const location = await world.newLocation();
      const staged = await world.objects.stage(location, streamOf(bytes('hello'), 2), { contentType: 'text/plain' });
      expect(staged.sizeBytes).toBe(5);
      await expect(world.objects.get(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
      expect((await world.objects.list(location.bucket)).objects).toEqual([]);
      const head = await staged.commit();
      expect(head).toMatchObject({ sizeBytes: 5, etag: md5('hello'), contentType: 'text/plain' });
      expect(await world.read(location)).toBe('hello');
    });

    it('that is discarded never appears', async () => {
      const location = await world.newLocation();
      await world.objects.put(location, bytes('old'));
      const staged = await world.objects.stage(location, bytes('hello'));
      await staged.discard();
      await staged.discard();
      expect(await world.read(location)).toBe('old');
    });

    it('stays when it is discarded after the commit', async () => {
      const location = await world.newLocation();
      const staged = await world.objects.stage(location, bytes('hello'));
      await staged.commit();
      await staged.discard();
      expect(await world.read(location)).toBe('hello');
    });

    it.skipIf(!world.can('abort upload', 'list uploads'))(
      'of many megabytes leaves nothing when discarded',
      async () => {
        const location = await world.newLocation();
        const staged = await world.objects.stage(location, streamOf(noise(20_000_000), 1_000_000));
        await staged.discard();
        await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
        expect(await world.objects.listUploads(location.bucket)).toEqual([]);
      },
    );

    it('of many megabytes appears whole at the commit', async () => {
      const location = await world.newLocation();
      const content = noise(20_000_000);
      const staged = await world.objects.stage(location, streamOf(content, 1_000_000), { metadata: { big: 'yes' } });
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
      await staged.commit();
      const got = await world.objects.get(location);
      expect(got.metadata).toEqual({ big: 'yes' });
      expect(md5(await collect(got.body))).toBe(md5(content));
      expect([md5(content), expect.stringContaining('-')]).toContainEqual(got.etag);
    });
  });

  describe('an abort', () => {
    it('before the call stops it with the reason of the signal', async () => {
      const location = await world.newLocation();
      const reason = new Error('no longer wanted');
      const aborted = AbortSignal.abort(reason);
      await expect(world.objects.put(location, bytes('x'), {}, aborted)).rejects.toBe(reason);
      await expect(world.objects.get(location, {}, aborted)).rejects.toBe(reason);
      await expect(world.objects.list(location.bucket, {}, aborted)).rejects.toBe(reason);
    });

    it('while the body is awaited stops the put, closes the source and leaves nothing', async () => {
      const location = await world.newLocation();
      const controller = new AbortController();
      const body = new HeldBody(noise(100_000));
      const putting = world.objects.put(location, body, {}, controller.signal);
      await body.started;
      controller.abort(new Error('no longer wanted'));
      await expect(putting).rejects.toThrow('no longer wanted');
      await body.closed;
      await expect(world.objects.head(location)).rejects.toMatchObject(ebbError('ObjectNotFound'));
    });
  });
}

async function* failing(): AsyncGenerator<Uint8Array> {
  yield bytes('half');
  throw new Error('the line went dead');
}
