import { mkdtemp, readdir, readFile, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ArchiveEntry, TAR_END, tarEntry, tarOf } from '../../../../test/support/archives.js';
import { MemoryObjects } from '../../../../test/support/memory-objects.js';
import { type EbbError, isEbbError } from '../../../core/errors.js';
import { type HeldModel, ModelStore } from './model-store.js';
import { removeTree } from './model-tree.js';
import { DEFAULT_MODEL_LIMITS, discardEntry, type ModelLimits, readArchive } from './model-unpacking.js';

const MINUTE_MS = 60_000;
const container = { image: 'x', environment: {}, modelDataUrl: 's3://models/model.tar.gz' };
const SMALL: ModelLimits = { maxEntries: 20, maxUnpackedBytes: 1_000_000, maxRatio: 100, freeUnpackedBytes: 100_000 };
const ROOMY: Partial<ModelLimits> = { ...SMALL, freeUnpackedBytes: 1_000_000 };

let root: string;
let objects: MemoryObjects;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ebb-unpacking-'));
  objects = new MemoryObjects();
  await objects.createBucket('models');
});

afterEach(() => removeTree(root));

async function store(bytes: Uint8Array): Promise<void> {
  await objects.put({ bucket: 'models', key: 'model.tar.gz' }, bytes);
}

const openStore = (limits: Partial<ModelLimits> = ROOMY) =>
  ModelStore.open({ objects, directory: join(root, 'models'), limits });

async function unpack(limits?: Partial<ModelLimits>): Promise<HeldModel> {
  return (await openStore(limits)).acquire(container, { timeoutMs: MINUTE_MS });
}

/** Returns the reason for which an archive is refused, alike by `verify` and by `acquire`; no file may be left. */
async function refusal(bytes: Uint8Array, limits?: Partial<ModelLimits>): Promise<string> {
  await store(bytes);
  const models = await openStore(limits);
  const attempts = [
    models.verify(container, { timeoutMs: MINUTE_MS }),
    models.acquire(container, { timeoutMs: MINUTE_MS }),
  ];
  const [verified, acquired] = (await Promise.allSettled<unknown>(attempts)).map((end) =>
    isRefusal(end) ? end.reason.message : `not refused: ${JSON.stringify(end)}`,
  );
  expect(verified).toBe(acquired);
  expect(await readdir(root)).toEqual(['models']);
  expect((await readdir(join(root, 'models'), { recursive: true })).sort()).toEqual(['kept', 'passing']);
  return verified!;
}

function isRefusal(end: PromiseSettledResult<unknown>): end is PromiseRejectedResult & { reason: EbbError } {
  return end.status === 'rejected' && isEbbError(end.reason, 'ModelDataUnusable');
}

/** Makes a gzipped archive with these entries between two harmless ones. */
function amid(...entries: ArchiveEntry[]): Buffer {
  return gzipSync(tarOf({ path: 'before', content: 'x' }, ...entries, { path: 'after', content: 'x' }));
}

describe('a tar.gz', () => {
  it('is unpacked with its folders and executable bits, and is read-only', async () => {
    await store(
      gzipSync(
        tarOf(
          { path: './', type: 'Directory', mode: 0o755 },
          { path: './weights.bin', content: Buffer.alloc(200_000, 7) },
          { path: 'code/', type: 'Directory', mode: 0o700 },
          { path: 'code/', type: 'Directory', mode: 0o700 },
          { path: 'code/run.sh', mode: 0o4755, content: '#!/bin/sh' },
          { path: 'deep/er/empty' },
        ),
      ),
    );
    const { directory } = await unpack();
    const files = await readdir(directory!, { recursive: true });
    expect(files.sort()).toEqual(['code', 'code/run.sh', 'deep', 'deep/er', 'deep/er/empty', 'weights.bin']);
    expect(await readFile(join(directory!, 'weights.bin'))).toEqual(Buffer.alloc(200_000, 7));
    const modeOf = async (path: string) => (await stat(join(directory!, path))).mode & 0o7777;
    expect(await modeOf('code/run.sh')).toBe(0o555);
    expect(await modeOf('weights.bin')).toBe(0o444);
    expect(await Promise.all(['', 'code', 'deep', 'deep/er'].map(modeOf))).toEqual([0o555, 0o555, 0o555, 0o555]);
  });

  it('of several gzip members, as parallel compressors write it, is unpacked', async () => {
    const bytes = tarOf({ path: 'x', content: Buffer.alloc(9_000, 1) });
    await store(Buffer.concat([gzipSync(bytes.subarray(0, 4_000)), gzipSync(bytes.subarray(4_000))]));
    const { directory } = await unpack();
    expect(await readFile(join(directory!, 'x'))).toEqual(Buffer.alloc(9_000, 1));
  });

  it('ends at the end mark of its tar archive, whatever follows inside', async () => {
    await store(gzipSync(Buffer.concat([tarOf({ path: 'x' }), tarOf({ path: '../y' }), Buffer.from('and so on')])));
    const { directory } = await unpack();
    expect(await readdir(directory!)).toEqual(['x']);
  });

  it.each<[string, ArchiveEntry, RegExp]>([
    ['an absolute path', { path: '/etc/x' }, /'\/etc\/x' is absolute/],
    ['a path that leads outside', { path: '../x' }, /'..\/x' leads outside/],
    ['a path that leads outside from within', { path: 'a/../../x' }, /leads outside/],
    ['a path that leads outside and back in', { path: 'a/../x' }, /leads outside/],
    ['a symbolic link', { path: 'x', type: 'SymbolicLink', linkpath: '/etc/passwd' }, /SymbolicLink/],
    ['a symbolic link to its neighbour', { path: 'x', type: 'SymbolicLink', linkpath: 'before' }, /SymbolicLink/],
    ['a hard link', { path: 'x', type: 'Link', linkpath: '../../secret' }, /of type Link/],
    ['a hard link to its neighbour', { path: 'x', type: 'Link', linkpath: 'before' }, /of type Link/],
    ['a character device', { path: 'x', type: 'CharacterDevice' }, /CharacterDevice/],
    ['a block device', { path: 'x', type: 'BlockDevice' }, /BlockDevice/],
    ['a pipe', { path: 'x', type: 'FIFO' }, /FIFO/],
    ['a control character', { path: 'a\nb' }, /control character/],
    ['a backslash', { path: 'a\\b' }, /backslash/],
    ['a blank name', { path: 'a/ /b' }, /empty or blank/],
    ['the same file again', { path: './before' }, /'before' is in it twice/],
    ['a file in place of a folder', { path: 'before/x' }, /'before' is a file and a directory/],
    ['a folder in place of a file', { path: 'before/', type: 'Directory' }, /'before' is a file and a directory/],
    ['a path that is too deep', { path: 'd/'.repeat(64) + 'x' }, /more than 64 deep/],
  ])('with %s is refused', async (_what, entry, why) => {
    expect(await refusal(amid(entry))).toMatch(why);
  });

  it('with a link that leads outside and a file behind it is refused', async () => {
    const link: ArchiveEntry = { path: 'out', type: 'SymbolicLink', linkpath: root };
    expect(await refusal(amid(link, { path: 'out/written', content: 'x' }))).toMatch(/SymbolicLink/);
  });

  it('with a name or a path that is too long is refused', async () => {
    const longName = amid(...withLongPath('n'.repeat(256)));
    const longPath = amid(...withLongPath(`${'n'.repeat(250)}/`.repeat(5)));
    const longHeader = amid(...withLongPath('n'.repeat(2_000_000)));
    expect(await refusal(longName)).toMatch(/'n{100}…' has a name of more than 255 bytes/);
    expect(await refusal(longPath)).toMatch(/longer than 1024 bytes/);
    expect(
      await refusal(longHeader, { ...ROOMY, maxUnpackedBytes: 10_000_000, freeUnpackedBytes: 10_000_000 }),
    ).toMatch(/too large/);
  });

  it('with too many entries is refused, including folders that only paths imply', async () => {
    const files = Array.from({ length: 21 }, (_, index) => ({ path: `f${index}` }));
    const folders = Array.from({ length: 2 }, (_, index) => ({ path: `${index}/`.repeat(10) + 'f' }));
    const repeated = Array.from({ length: 21 }, (): ArchiveEntry => ({ path: 'same/', type: 'Directory' }));
    for (const entries of [files, folders, repeated]) {
      expect(await refusal(gzipSync(tarOf(...entries)))).toMatch(/more than 20 entries/);
    }
  });

  it('of a million entries is refused long before the last one arrives', async () => {
    const thousand = gzipSync(
      Buffer.concat(Array.from({ length: 1_000 }, () => tarEntry({ path: 'd/', type: 'Directory' }))),
    );
    let sent = 0;
    async function* million(): AsyncGenerator<Uint8Array, void, void> {
      for (sent = 0; sent < 1_000; sent += 1) yield thousand;
    }
    const archive = { body: million(), sizeBytes: 1_000 * thousand.length };
    const reading = readArchive(archive, discardEntry, DEFAULT_MODEL_LIMITS, () => {}, AbortSignal.timeout(MINUTE_MS));
    await expect(reading).rejects.toThrow('it has more than 100000 entries');
    expect(sent).toBeLessThan(1_000);
  });

  it.each([
    ['in a file', tarOf({ path: 'zeros', content: Buffer.alloc(2_000_000) })],
    ['between its entries', Buffer.concat([tarOf({ path: 'x', content: 'x' }), Buffer.alloc(2_000_000)])],
  ])('that unpacks to too much %s is refused', async (_where, bytes) => {
    expect(await refusal(gzipSync(bytes))).toMatch(/more than 1000000 bytes/);
  });

  it('of a billion zeros is refused because its unpacked size is too much for its own size', async () => {
    // The announced size alone would be refused; here the bytes themselves are too many.
    const head = tarEntry({ path: 'zeros', size: 1_000_000_000 });
    const bomb = gzipSync(Buffer.concat([head, Buffer.alloc(20_000_000)]), { level: constants.Z_BEST_COMPRESSION });
    expect(await refusal(bomb, { freeUnpackedBytes: 1_000_000 })).toMatch(
      /unpacks to more than \d+ bytes, which is too much for an archive of \d+ bytes/,
    );
    const padding = gzipSync(Buffer.concat([tarEntry({ path: 'x' }), TAR_END, Buffer.alloc(20_000_000)]));
    expect(await refusal(padding, { freeUnpackedBytes: 1_000_000 })).toMatch(/too much for an archive of/);
  });

  it('that announces a file beyond the limit is refused before the file is written', async () => {
    expect(await refusal(gzipSync(tarOf({ path: 'huge', size: 50_000_000 })))).toMatch(/more than 1000000 bytes/);
  });

  const sound = tarOf({ path: 'x', content: Buffer.alloc(500_000, 'text and so on') });

  it.each<[string, Uint8Array, RegExp]>([
    ['is no archive', Buffer.from('hello'), /not in gzip format\./],
    ['is empty', Buffer.alloc(0), /it is empty/],
    ['is a tar archive without gzip', sound, /not in gzip format but a tar archive without compression/],
    ['is a zip archive', Buffer.from('PK\x03\x04and so on'), /but a zip archive/],
    ['is compressed by bzip2', Buffer.from('BZh91AY&SY'), /but bzip2/],
    ['is compressed by xz', Buffer.from([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0, 0, 4]), /but xz/],
    ['is compressed by zstd', Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 4, 4]), /but zstd/],
    ['is cut off', gzipSync(sound).subarray(0, 300), /it ends too early/],
    ['has lost only its checksum', gzipSync(sound).subarray(0, -4), /it ends too early/],
    ['has something after its end', Buffer.concat([gzipSync(sound), Buffer.from('garbage')]), /follows its end/],
    ['is damaged', damaged(gzipSync(sound)), /damaged|sound tar/],
    ['holds no tar archive', gzipSync(Buffer.from('x'.repeat(2_000))), /not a sound tar archive/],
    ['holds nothing', gzipSync(''), /not a sound tar archive/],
    ['holds half a tar archive', gzipSync(sound.subarray(0, 5_000)), /not a sound tar archive/],
    ['is compressed twice', gzipSync(gzipSync(sound)), /compressed twice/],
  ])('that %s is refused', async (_what, bytes, why) => {
    expect(await refusal(bytes)).toMatch(why);
  });
});

/** Makes an entry whose path has its own header, as GNU tar writes a path that is too long for an ordinary one. */
function withLongPath(path: string): ArchiveEntry[] {
  return [{ path: '././@LongLink', type: 'NextFileHasLongPath', content: `${path}\0` }, { path: 'short' }];
}

function damaged(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  copy.fill(0xaa, 200, 260);
  return copy;
}
