import { readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Header, type HeaderData } from 'tar';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type EbbError, isEbbError } from '../../core/errors.js';
import { MemoryObjects } from '../../../test/support/memory-objects.js';
import { ModelArchives } from './model-archive.js';

const MINUTE_MS = 60_000;
const URL = 's3://models/model.tar.gz';

let root: string;
let directory: string;
let objects: MemoryObjects;
let archives: ModelArchives;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-archive-'));
  directory = join(root, 'model');
  await mkdir(directory);
  objects = new MemoryObjects();
  await objects.createBucket('models');
  archives = new ModelArchives(objects, { maxEntries: 20, maxUnpackedBytes: 1_000_000 });
});

afterEach(() => rm(root, { recursive: true }));

async function store(bytes: Uint8Array): Promise<void> {
  await objects.put({ bucket: 'models', key: 'model.tar.gz' }, bytes);
}

/** A tar archive made header by header, since no honest tool makes the bad ones. */
function tar(...entries: (HeaderData & { content?: string | Buffer })[]): Buffer {
  const blocks = entries.flatMap(({ content = '', ...members }) => {
    const bytes = Buffer.from(content);
    const header = new Header({ mode: 0o644, type: 'File', mtime: new Date(0), size: bytes.length, ...members });
    header.encode();
    return [header.block!, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
}

/** Why the archive is refused, when it is checked and when it is unpacked alike. */
async function refusals(): Promise<string[]> {
  const attempts = [archives.verify(URL, MINUTE_MS), archives.unpack(URL, directory, MINUTE_MS)];
  const ends = await Promise.allSettled(attempts);
  return ends.map((end) => (isRefusal(end) ? end.reason.message : `not refused: ${JSON.stringify(end)}`));
}

function isRefusal(end: PromiseSettledResult<void>): end is PromiseRejectedResult & { reason: EbbError } {
  return end.status === 'rejected' && isEbbError(end.reason, 'ModelDataUnusable');
}

/** The same refusal twice. */
function bothMatching(why: RegExp): unknown[] {
  return [expect.stringMatching(why), expect.stringMatching(why)];
}

describe('a model archive', () => {
  it('is unpacked with its folders and what can be executed', async () => {
    await store(
      gzipSync(
        tar(
          { path: './', type: 'Directory', mode: 0o755 },
          { path: './weights.bin', content: Buffer.alloc(200_000, 7) },
          { path: 'code/', type: 'Directory', mode: 0o755 },
          { path: 'code/run.sh', mode: 0o4755, content: '#!/bin/sh' },
          { path: 'deep/er/empty' },
        ),
      ),
    );
    await archives.verify(URL, MINUTE_MS);
    expect(await readdir(directory)).toEqual([]);
    await archives.unpack(URL, directory, MINUTE_MS);
    const files = await readdir(directory, { recursive: true });
    expect(files.sort()).toEqual(['code', 'code/run.sh', 'deep', 'deep/er', 'deep/er/empty', 'weights.bin']);
    expect(await readFile(join(directory, 'weights.bin'))).toEqual(Buffer.alloc(200_000, 7));
    expect((await stat(join(directory, 'code/run.sh'))).mode & 0o7777).toBe(0o755);
    expect((await stat(join(directory, 'weights.bin'))).mode & 0o7777).toBe(0o644);
  });

  it.each([
    ['an absolute path', { path: '/etc/x' }, /absolute/],
    ['a path that leads outside', { path: '../x' }, /leads outside/],
    ['a path that leads outside on its way', { path: 'a/../../x' }, /leads outside/],
    ['a symbolic link', { path: 'x', type: 'SymbolicLink', linkpath: '/etc/passwd' }, /SymbolicLink/],
    ['a hard link', { path: 'x', type: 'Link', linkpath: '../../secret' }, /Link/],
    ['a device', { path: 'x', type: 'CharacterDevice' }, /CharacterDevice/],
    ['a pipe', { path: 'x', type: 'FIFO' }, /FIFO/],
  ] as const)('with %s is refused, and nothing is written outside', async (_what, entry, why) => {
    await store(gzipSync(tar({ path: 'before', content: 'x' }, { ...entry }, { path: 'after', content: 'x' })));
    expect(await refusals()).toEqual(bothMatching(why));
    expect(await readdir(root)).toEqual(['model']);
  });

  it('with too many entries is refused', async () => {
    await store(gzipSync(tar(...Array.from({ length: 21 }, (_, index) => ({ path: `f${index}` })))));
    expect(await refusals()).toEqual(bothMatching(/more than 20 entries/));
  });

  it.each([
    ['in a file', tar({ path: 'zeros', content: Buffer.alloc(2_000_000) })],
    ['between its entries', Buffer.concat([tar({ path: 'x', content: 'x' }), Buffer.alloc(2_000_000)])],
    ['in an archive inside the archive', gzipSync(tar({ path: 'zeros', content: Buffer.alloc(2_000_000) }))],
  ])('that unpacks to too much %s is refused', async (_where, bytes) => {
    await store(gzipSync(bytes));
    expect(await refusals()).toEqual(bothMatching(/more than 1000000 bytes/));
  });

  it('that announces more than it may hold is refused before that is written', async () => {
    await store(gzipSync(tar({ path: 'huge', size: 50_000_000 })));
    expect(await refusals()).toEqual(bothMatching(/more than 1000000 bytes/));
  });

  it.each([
    ['is not gzip', Buffer.from('hello'), /not in gzip format/],
    ['is empty', Buffer.alloc(0), /too early|not in gzip|tar archive/],
    ['is a tar archive without gzip', tar({ path: 'x', content: 'x' }), /not in gzip format/],
    ['is cut off', gzipSync(tar({ path: 'x', content: Buffer.alloc(500_000) })).subarray(0, 300), /too early/],
    ['holds no tar archive', gzipSync(Buffer.from('x'.repeat(2_000))), /not a sound tar archive/],
    ['holds half a tar archive', gzipSync(tar({ path: 'x', content: Buffer.alloc(9_000) }).subarray(0, 5_000)), /tar/],
  ])('that %s is refused', async (_what, bytes, why) => {
    await store(bytes);
    expect(await refusals()).toEqual(bothMatching(why));
  });

  it('with a file in place of a folder is refused', async () => {
    await store(gzipSync(tar({ path: 'x' }, { path: 'x/y' })));
    const unpacking = archives.unpack(URL, directory, MINUTE_MS);
    await expect(unpacking).rejects.toMatchObject({
      code: 'ModelDataUnusable',
      message: expect.stringMatching(/same name/),
    });
  });

  it.each([
    [URL, /does not exist/],
    ['s3://no-such-bucket/x', /bucket does not exist/],
    ['https://example.com/model', /not the address/],
  ])('at %s that is not there is refused', async (url, message) => {
    await expect(archives.unpack(url, directory, MINUTE_MS)).rejects.toMatchObject({
      code: 'ModelDataUnusable',
      message: expect.stringMatching(message),
    });
  });

  it('that does not arrive in time is given up, and its source is let go', async () => {
    let released = false;
    const slow = new StalledObjects(() => (released = true));
    const late = new ModelArchives(slow).unpack(URL, directory, 50);
    await expect(late).rejects.toMatchObject({
      code: 'ModelDataUnusable',
      message: expect.stringContaining('within 0.05 seconds'),
    });
    expect(released).toBe(true);
  });

  it('tells when its last byte has come, which is before all of it is unpacked', async () => {
    await store(gzipSync(tar({ path: 'weights.bin', content: Buffer.alloc(900_000, 7) })));
    let filesWhenFetched: string[] | undefined;
    await archives.unpack(URL, directory, MINUTE_MS, () => (filesWhenFetched = readdirSync(directory)));
    expect(filesWhenFetched).toEqual([]);
    expect(await readdir(directory)).toEqual(['weights.bin']);
  });

  it('that is no longer wanted is given up with the reason', async () => {
    const stop = new AbortController();
    const stopped = new Error('stopped');
    const stalled = new ModelArchives(new StalledObjects(() => {}));
    const unpacking = stalled.unpack(URL, directory, MINUTE_MS, undefined, stop.signal);
    stop.abort(stopped);
    await expect(unpacking).rejects.toBe(stopped);
  });
});

/** Storage that sends the beginning of an archive and then nothing more. */
class StalledObjects extends MemoryObjects {
  constructor(private readonly onRelease: () => void) {
    super();
  }

  override async get(...[, , signal]: Parameters<MemoryObjects['get']>): ReturnType<MemoryObjects['get']> {
    const { onRelease } = this;
    const begin = gzipSync(tar({ path: 'x', content: Buffer.alloc(100_000) })).subarray(0, 100);
    async function* body(): AsyncGenerator<Uint8Array, void, void> {
      try {
        yield begin;
        await new Promise((_resolve, reject) => {
          signal!.addEventListener('abort', () => reject(signal!.reason as Error), { once: true });
        });
      } finally {
        onRelease();
      }
    }
    return { body: body(), sizeBytes: 1_000, etag: 'x', modifiedAt: 0, metadata: {} };
  }
}
