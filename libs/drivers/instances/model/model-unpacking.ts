import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Body } from '../../../core/ports/objects.js';
import { nameFormat } from './archive-format.js';
import type { FillingRoom } from './model-cache.js';
import { BadModelData } from './model-failure.js';
import { MAX_MODEL_ENTRIES, ModelPaths } from './model-paths.js';
import { readTar, type TarEntry } from './tar-reader.js';

/** The limits on a model, beyond which it is refused. */
export interface ModelLimits {
  readonly maxEntries: number;
  /** The most bytes that an archive may unpack to, including its own structure. */
  readonly maxUnpackedBytes: number;
  /**
   * The most times its own size that an archive may unpack to. A small archive may always unpack to
   * `freeUnpackedBytes`.
   */
  readonly maxRatio: number;
  readonly freeUnpackedBytes: number;
}

/** The limits on a model by default. */
export const DEFAULT_MODEL_LIMITS: ModelLimits = {
  maxEntries: MAX_MODEL_ENTRIES,
  maxUnpackedBytes: 100 * 1024 ** 3,
  maxRatio: 100,
  freeUnpackedBytes: 64 * 1024 ** 2,
};

/** A `tar.gz` that is being fetched. */
export interface Archive {
  readonly body: Body;
  readonly sizeBytes: number;
}

const SMALL_FILE_BYTES = 64 * 1024;

/** Handles each entry, and reads its content to the end. */
export type EntrySink = (entry: TarEntry) => Promise<void>;

/**
 * Reads an archive as one stream, without keeping it whole, and hands each entry to `sink`. Raises `BadModelData` as
 * soon as the archive proves not to be a sound and safe `tar.gz`. Fetching and unpacking go on together; `onFetched` is
 * called when the last byte has arrived.
 */
export async function readArchive(
  archive: Archive,
  sink: EntrySink,
  limits: ModelLimits,
  onFetched: () => void,
  signal: AbortSignal,
): Promise<void> {
  const beginning = new Beginning();
  const fetched = watch(archive.body, beginning, onFetched);
  const read = (inflated: AsyncIterable<Buffer>): Promise<void> => readEntries(inflated, archive, sink, limits);
  try {
    await pipeline(fetched, createGunzip(), read, { signal });
  } catch (error) {
    throw gzipFault(error, beginning.bytes) ?? error;
  }
}

async function readEntries(
  inflated: AsyncIterable<Buffer>,
  archive: Archive,
  sink: EntrySink,
  limits: ModelLimits,
): Promise<void> {
  const paths = new ModelPaths(limits.maxEntries);
  const size = new UnpackedSize(archive.sizeBytes, limits);
  await readTar(limited(inflated, size), (entry) => {
    // An announced size beyond the limit is refused before the content arrives.
    size.announce(entry.sizeBytes);
    if (entry.kind === 'file') paths.addFile(entry.path);
    else paths.addDirectory(entry.path);
    return sink(entry);
  });
}

/** Writes entries below `directory`, which exists and is empty. */
export function unpackInto(directory: string, room: FillingRoom): EntrySink {
  const made = new Set([directory]);
  const make = async (path: string): Promise<void> => {
    if (!made.has(path)) await mkdir(path, { recursive: true });
    made.add(path);
  };
  return async (entry) => {
    const path = join(directory, ...entry.path);
    await room.take(entry.sizeBytes);
    if (entry.kind === 'directory') {
      await make(path);
      await discardEntry(entry);
      return;
    }
    await make(dirname(path));
    await writeFileOf(entry, path);
  };
}

async function writeFileOf({ content, executable, sizeBytes }: TarEntry, path: string): Promise<void> {
  // Owner, times and special bits of the archive are ignored; the executable bit belongs to the model.
  const mode = executable ? 0o555 : 0o444;
  // For many thousand small files, a stream each would take most of the time.
  if (sizeBytes <= SMALL_FILE_BYTES) await writeFile(path, content, { flag: 'wx', mode });
  else await pipeline(content, createWriteStream(path, { flags: 'wx', mode }));
}

/** Reads an entry to its end and keeps nothing of it. */
export const discardEntry: EntrySink = async ({ content }) => {
  const reader = content[Symbol.asyncIterator]();
  while (!(await reader.next()).done);
};

/** The unpacked size of an archive so far, and its limit. */
class UnpackedSize {
  #bytes = 0;
  #fileBytes = 0;
  readonly #maxBytes: number;
  readonly #refusal: string;

  constructor(sizeBytes: number, { maxUnpackedBytes, maxRatio, freeUnpackedBytes }: ModelLimits) {
    const inRatio = Math.max(freeUnpackedBytes, sizeBytes * maxRatio);
    this.#maxBytes = Math.min(maxUnpackedBytes, inRatio);
    this.#refusal =
      inRatio < maxUnpackedBytes
        ? `it unpacks to more than ${inRatio} bytes, which is too much for an archive of ${sizeBytes} bytes`
        : `it unpacks to more than ${maxUnpackedBytes} bytes`;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > this.#maxBytes) throw new BadModelData(this.#refusal);
  }

  announce(fileBytes: number): void {
    this.#fileBytes += fileBytes;
    if (this.#fileBytes > this.#maxBytes) throw new BadModelData(this.#refusal);
  }
}

/** The first bytes of a stream, which tell its format. */
class Beginning {
  bytes: Buffer = Buffer.alloc(0);

  see(chunk: Uint8Array): void {
    if (this.bytes.length < BEGINNING_BYTES) {
      this.bytes = Buffer.concat([this.bytes, chunk.subarray(0, BEGINNING_BYTES - this.bytes.length)]);
    }
  }
}

const BEGINNING_BYTES = 512;

async function* watch(body: Body, beginning: Beginning, onFetched: () => void): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of body instanceof Uint8Array ? [body] : body) {
    beginning.see(chunk);
    yield chunk;
  }
  onFetched();
}

async function* limited(chunks: AsyncIterable<Buffer>, size: UnpackedSize): AsyncGenerator<Buffer, void, void> {
  for await (const chunk of chunks) {
    size.add(chunk.length);
    yield chunk;
  }
}

/** Returns the fault in the compression; undefined if something else failed. */
function gzipFault(error: unknown, beginning: Buffer): BadModelData | undefined {
  const { code } = error as { code?: string };
  if (code !== 'Z_DATA_ERROR' && code !== 'Z_BUF_ERROR') return undefined;
  const options = { cause: error };
  if (beginning.length === 0) return new BadModelData('it is empty', options);
  const format = nameFormat(beginning);
  if (format !== 'gzip') {
    return new BadModelData(`it is not in gzip format${format === undefined ? '' : ` but ${format}`}`, options);
  }
  if (code === 'Z_BUF_ERROR') return new BadModelData('it ends too early', options);
  return new BadModelData('its gzip stream is damaged, or something follows its end', options);
}
