import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { EbbError, isEbbError } from '../../core/errors.js';
import { parseObjectLocation } from '../../core/object-location.js';
import type { Objects } from '../../core/ports/objects.js';
import { BadModelData as BadArchive } from './model-failure.js';
import { readTar, type TarEntry } from './tar-reader.js';

/** What an archive may hold; beyond it, it is refused. */
export interface ArchiveLimits {
  readonly maxEntries: number;
  /** All that it unpacks to, the archive's own structure included. */
  readonly maxUnpackedBytes: number;
}

const DEFAULT_LIMITS: ArchiveLimits = { maxEntries: 100_000, maxUnpackedBytes: 20 * 1024 ** 3 };

/** `model.tar.gz` in object storage: fetched and unpacked as one stream, never kept whole. */
export class ModelArchives {
  readonly #objects: Objects;
  readonly #limits: ArchiveLimits;

  constructor(objects: Objects, limits: Partial<ArchiveLimits> = {}) {
    this.#objects = objects;
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  /**
   * Unpacks into `directory`, which is there and empty, and nowhere else. Raises `ModelDataUnusable` for what is
   * missing, unreadable, unsafe or too late, and `InstanceUnavailable` where this machine or its storage is at fault.
   * Fetching and unpacking go on together; `onFetched` is called when the last byte has come.
   */
  unpack(
    url: string,
    directory: string,
    timeoutMs: number,
    onFetched: () => void = () => {},
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#read({ url, timeoutMs, onFetched, signal }, (entry) => writeEntry(entry, directory));
  }

  /** Goes through all of the archive as `unpack` would, and writes nothing. */
  verify(url: string, timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return this.#read({ url, timeoutMs, signal }, (entry) => discard(entry.content));
  }

  async #read(fetch: Fetch, onEntry: (entry: TarEntry) => Promise<void>): Promise<void> {
    const { url, timeoutMs, onFetched, signal } = fetch;
    signal?.throwIfAborted();
    const timeout = AbortSignal.timeout(timeoutMs);
    const limit = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
    try {
      const { body } = await this.#objects.get(parseObjectLocation(url), undefined, limit);
      const chunks = tellingTheEnd(body instanceof Uint8Array ? [body] : body, onFetched);
      const read = (inflated: AsyncIterable<Buffer>): Promise<void> => this.#readWithinLimits(inflated, onEntry);
      await pipeline(chunks, createGunzip(), read, { signal: limit });
    } catch (error) {
      signal?.throwIfAborted();
      if (timeout.aborted) {
        throw unusable(url, `it could not be fetched and unpacked within ${timeoutMs / 1000} seconds`, error);
      }
      throw explain(url, error);
    }
  }

  async #readWithinLimits(inflated: AsyncIterable<Buffer>, onEntry: (entry: TarEntry) => Promise<void>): Promise<void> {
    const { maxEntries, maxUnpackedBytes } = this.#limits;
    let entries = 0;
    let fileBytes = 0;
    await readTar(limitBytes(inflated, maxUnpackedBytes), (entry) => {
      entries += 1;
      if (entries > maxEntries) throw new BadArchive(`it has more than ${maxEntries} entries`);
      // Counted besides the stream: the parser would inflate an archive that was compressed twice by itself.
      fileBytes += entry.sizeBytes;
      if (fileBytes > maxUnpackedBytes) throw tooLarge(maxUnpackedBytes);
      return onEntry(entry);
    });
  }
}

/** One archive on its way. */
interface Fetch {
  readonly url: string;
  readonly timeoutMs: number;
  readonly onFetched?: () => void;
  readonly signal?: AbortSignal;
}

async function* tellingTheEnd(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  onEnd: () => void = () => {},
): AsyncGenerator<Uint8Array, void, void> {
  yield* chunks;
  onEnd();
}

async function* limitBytes(chunks: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<Buffer, void, void> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw tooLarge(maxBytes);
    yield chunk;
  }
}

async function writeEntry(entry: TarEntry, directory: string): Promise<void> {
  const path = join(directory, ...entry.path);
  if (entry.kind === 'directory') {
    await mkdir(path, { recursive: true });
    await discard(entry.content);
    return;
  }
  await mkdir(dirname(path), { recursive: true });
  // Owner, times and special bits are the archive's affair; whether a file can be executed is the model's.
  await pipeline(entry.content, createWriteStream(path, { mode: entry.executable ? 0o755 : 0o644 }));
}

async function discard(content: AsyncIterable<Uint8Array>): Promise<void> {
  const reader = content[Symbol.asyncIterator]();
  while (!(await reader.next()).done);
}

function tooLarge(maxBytes: number): BadArchive {
  return new BadArchive(`it unpacks to more than ${maxBytes} bytes`);
}

/** Which failures are the archive's, by the code of the error. */
const ARCHIVE_FAILURES: Readonly<Record<string, string>> = {
  ObjectNotFound: 'it does not exist',
  BucketNotFound: 'its bucket does not exist',
  InvalidRequest: 'that is not the address of an object in S3',
  Z_DATA_ERROR: 'it is not in gzip format, or is damaged',
  Z_BUF_ERROR: 'it ends too early',
  ENAMETOOLONG: 'it has a path that is too long',
  EISDIR: 'it has a file and a directory of the same name',
  ENOTDIR: 'it has a file and a directory of the same name',
  EEXIST: 'it has a file and a directory of the same name',
};

function explain(url: string, error: unknown): EbbError {
  if (error instanceof BadArchive) return unusable(url, error.message, error);
  const { code = '', message } = error as { code?: string; message: string };
  const failure = ARCHIVE_FAILURES[code];
  if (failure !== undefined) return unusable(url, failure, error);
  if (isEbbError(error, 'ModelDataUnusable')) return error;
  return new EbbError('InstanceUnavailable', `The model data ${url} could not be unpacked here: ${message}`, {
    cause: error,
  });
}

function unusable(url: string, why: string, cause: unknown): EbbError {
  return new EbbError('ModelDataUnusable', `The model data ${url} cannot be used: ${why}.`, { cause });
}
