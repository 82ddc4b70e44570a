import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Body, Objects } from '../../libs/core/ports/objects.js';
import { FilesystemObjects } from '../../libs/drivers/objects/filesystem.js';
import { S3Objects } from '../../libs/drivers/objects/s3.js';
import { startS3rver } from '../support/s3-server.js';

const MIB = 1024 * 1024;
/** The object's size: 1 GiB with `EBB_TEST_LARGE=1`; by default just enough to tell a stream from a buffer. */
const SIZE_BYTES = (process.env['EBB_TEST_LARGE'] === '1' ? 1_024 : 160) * MIB;
/** The most by which memory may grow over its use before. For S3 this includes the server's memory. */
const MAX_GROWTH_BYTES = 140 * MIB;
const SAMPLE_MS = 5;

it('files take and give a large object in bounded memory, byte for byte', { timeout: 300_000 }, async () => {
  const root = await mkdtemp(join(tmpdir(), 'ebb-large-'));
  try {
    const grownBytes = await roundTrip(await FilesystemObjects.open(root));
    expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
});

it('S3 takes and gives a large object in bounded memory, byte for byte', { timeout: 300_000 }, async () => {
  const { client, close } = await startS3rver();
  try {
    const grownBytes = await roundTrip(new S3Objects(client));
    expect(grownBytes).toBeLessThan(MAX_GROWTH_BYTES);
  } finally {
    await close();
  }
});

/** Puts a large object, gets it, compares the two, and returns how far memory grew meanwhile. */
async function roundTrip(objects: Objects): Promise<number> {
  const location = { bucket: 'large', key: 'one/object' };
  await objects.createBucket(location.bucket);
  const before = process.memoryUsage.rss();
  let peak = before;
  const sampling = setInterval(() => (peak = Math.max(peak, process.memoryUsage.rss())), SAMPLE_MS);
  try {
    const sent = createHash('sha256');
    const head = await objects.put(
      location,
      contentOf(SIZE_BYTES, (chunk) => sent.update(chunk)),
    );
    expect(head.sizeBytes).toBe(SIZE_BYTES);
    const got = await objects.get(location);
    expect(got.sizeBytes).toBe(SIZE_BYTES);
    expect(await sha256(got.body)).toBe(sent.digest('hex'));
  } finally {
    clearInterval(sampling);
  }
  return peak - before;
}

/** Yields chunks as they come from a socket, no two alike. */
async function* contentOf(sizeBytes: number, seen: (chunk: Uint8Array) => void): AsyncGenerator<Uint8Array> {
  const chunkBytes = 64 * 1024;
  for (let at = 0; at < sizeBytes; at += chunkBytes) {
    const chunk = Buffer.alloc(chunkBytes, at / chunkBytes);
    chunk.writeDoubleLE(at);
    seen(chunk);
    yield chunk;
  }
}

async function sha256(body: Body): Promise<string> {
  if (body instanceof Uint8Array) throw new Error('A large object must come as a stream.');
  const hash = createHash('sha256');
  for await (const chunk of body) hash.update(chunk);
  return hash.digest('hex');
}
