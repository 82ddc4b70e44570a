import fs from 'node:fs';
import { EbbError } from '../../../core/errors.js';
import type { Body, ObjectHead, PutOptions } from '../../../core/ports/objects.js';
import { chunksOf } from '../body-chunks.js';
import { ContentEtag } from '../etag.js';
import { userMetadata } from '../user-metadata.js';
import { appendAll, openFile, syncFile, unlinkFile, writeFailure } from './file-calls.js';
import { formatTrailer } from './object-file.js';

/**
 * Chunks are gathered up to these limits before they are written. An object below them costs one open and one write.
 */
const GATHER_BYTES = 1024 * 1024;
const GATHER_CHUNKS = 1_024;

/** The properties of a new object, apart from its content. */
export interface ObjectProperties extends Pick<PutOptions, 'contentType' | 'metadata' | 'sizeBytes'> {
  /** The etag, if it is not computed from the content. */
  readonly etag?: string;
}

/**
 * Writes a body as a new object file, which is synced to disk when this resolves. A failure or an abort leaves no file.
 */
export async function writeObjectFile(
  path: string,
  body: Body,
  properties: ObjectProperties,
  signal?: AbortSignal,
): Promise<ObjectHead> {
  const writer = new ObjectFileWriter(path, properties);
  try {
    for await (const chunk of chunksOf(body, signal)) await writer.write(chunk);
    return await writer.finish();
  } catch (error) {
    await writer.abandon();
    throw writeFailure(error);
  }
}

class ObjectFileWriter {
  readonly #etag: ContentEtag | undefined;
  #fd: number | undefined;
  #gathered: Uint8Array[] = [];
  #gatheredBytes = 0;
  #sizeBytes = 0;
  /** The write that is under way while the next chunks arrive. */
  #writing: Promise<void> = Promise.resolve();

  constructor(
    private readonly path: string,
    private readonly properties: ObjectProperties,
  ) {
    this.#etag = properties.etag === undefined ? new ContentEtag() : undefined;
  }

  async write(chunk: Uint8Array): Promise<void> {
    this.#etag?.update(chunk);
    this.#sizeBytes += chunk.length;
    this.#gatheredBytes += chunk.length;
    this.#gathered.push(chunk);
    if (this.#sizeBytes > (this.properties.sizeBytes ?? Infinity)) this.#refuseSize();
    if (this.#gatheredBytes >= GATHER_BYTES || this.#gathered.length >= GATHER_CHUNKS) await this.#flush();
  }

  async finish(): Promise<ObjectHead> {
    if (this.#sizeBytes !== (this.properties.sizeBytes ?? this.#sizeBytes)) this.#refuseSize();
    const { contentType } = this.properties;
    const trailer = {
      sizeBytes: this.#sizeBytes,
      etag: this.properties.etag ?? this.#etag!.digest(),
      ...(contentType !== undefined && { contentType }),
      metadata: userMetadata(this.properties),
    };
    this.#gathered.push(formatTrailer(trailer));
    await this.#flush();
    await this.#writing;
    const fd = this.#fd!;
    await syncFile(fd);
    const { mtimeMs } = fs.fstatSync(fd);
    // Synchronous, because after the sync there is nothing left that closing could wait for.
    fs.closeSync(fd);
    this.#fd = undefined;
    return { ...trailer, modifiedAt: Math.floor(mtimeMs) };
  }

  async abandon(): Promise<void> {
    await this.#writing.catch(() => {});
    if (this.#fd === undefined) return;
    fs.closeSync(this.#fd);
    this.#fd = undefined;
    await unlinkFile(this.path);
  }

  async #flush(): Promise<void> {
    const chunks = this.#gathered;
    this.#gathered = [];
    this.#gatheredBytes = 0;
    await this.#writing;
    this.#fd ??= await openFile(this.path, 'wx');
    this.#writing = appendAll(this.#fd, chunks);
    // Awaited at the next flush; until then its failure must not count as unhandled.
    this.#writing.catch(() => {});
  }

  #refuseSize(): never {
    throw new EbbError('BadDigest', `The body is not of the announced length of ${this.properties.sizeBytes} bytes.`);
  }
}
