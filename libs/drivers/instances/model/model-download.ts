import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Objects, StoredObject } from '../../../core/ports/objects.js';
import { inParallel } from './in-parallel.js';
import type { FillingRoom } from './model-cache.js';
import { ModelChanged } from './model-failure.js';
import type { ModelFile } from './model-listing.js';

/** The most objects of one model that are fetched at once. */
const MAX_PARALLEL_DOWNLOADS = 8;

/**
 * Fetches each file of a model to its place below `directory`. Raises `ModelChanged`, and the errors of storage and
 * disk.
 */
export async function downloadFiles(
  objects: Objects,
  files: readonly ModelFile[],
  directory: string,
  room: FillingRoom,
  signal: AbortSignal,
): Promise<void> {
  await room.take(files.reduce((bytes, { sizeBytes }) => bytes + sizeBytes, 0));
  const download = async (file: ModelFile, limit: AbortSignal): Promise<void> => {
    const path = join(directory, ...file.path);
    await mkdir(dirname(path), { recursive: true });
    const { body } = await getListed(objects, file, limit);
    await pipeline(measured(body, file), createWriteStream(path, { flags: 'wx', mode: 0o444 }), { signal: limit });
  };
  await inParallel(files, MAX_PARALLEL_DOWNLOADS, download, signal);
}

/** Opens an object of a listing. Raises `ModelChanged` if it is no longer the listed one. */
export async function getListed(objects: Objects, file: ModelFile, signal: AbortSignal): Promise<StoredObject> {
  const stored = await objects.get(file.location, undefined, signal);
  if (stored.etag === file.etag) return stored;
  if (!(stored.body instanceof Uint8Array)) await stored.body[Symbol.asyncIterator]().return?.();
  throw new ModelChanged();
}

async function* measured(body: StoredObject['body'], file: ModelFile): AsyncGenerator<Uint8Array, void, void> {
  let bytes = 0;
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    bytes += chunk.length;
    yield chunk;
  }
  if (bytes !== file.sizeBytes) throw new Error(`only ${bytes} of ${file.sizeBytes} bytes arrived`);
}
