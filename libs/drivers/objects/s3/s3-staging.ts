import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { EbbError } from '../../../core/errors.js';
import type { ObjectLocation } from '../../../core/object-location.js';
import type { Body, ObjectHead, PutOptions, StagedObject } from '../../../core/ports/objects.js';
import { chunksOf } from '../body-chunks.js';
import { MAX_PARTS } from '../upload-parts.js';
import { answer } from './s3-errors.js';
import { headOf, target } from './s3-shapes.js';
import { S3Uploads } from './s3-uploads.js';

const PART_BYTES = 8 * 1024 * 1024;
/**
 * The most parts of one stage that are sent at once. With the part that is being gathered, this bounds the memory of a
 * stage.
 */
const CONCURRENT_PARTS = 3;

/**
 * Stages a body where no reader sees it. A body smaller than one part stays in memory and is put at the commit. A
 * larger body goes to S3 as the parts of an upload, which the commit completes.
 */
export async function stageInS3(
  client: S3Client,
  location: ObjectLocation,
  body: Body,
  options: PutOptions,
  signal?: AbortSignal,
): Promise<StagedObject> {
  if (body instanceof Uint8Array) return new HeldObject(client, location, requireSize(body, options), options);
  const partBytes = Math.max(PART_BYTES, Math.ceil((options.sizeBytes ?? 0) / MAX_PARTS));
  const parts = partsOf(body, partBytes, signal);
  const first = await parts.next();
  const content = first.done ? new Uint8Array() : first.value;
  if (content.length < partBytes) return new HeldObject(client, location, requireSize(content, options), options);
  const uploads = new S3Uploads(client);
  const upload = new StagedUpload(uploads, location, await uploads.create(location, options, signal), options);
  try {
    await upload.add(content, signal);
    for await (const part of parts) await upload.add(part, signal);
    await upload.finish();
    requireSize({ length: upload.sizeBytes }, options);
    return upload;
  } catch (error) {
    await parts.return();
    // The first error is the one to raise. Parts that stay behind are left to the bucket's lifecycle rule.
    await upload.discard().catch(() => {});
    throw error;
  }
}

/** A staged object whose content is in memory. */
class HeldObject implements StagedObject {
  readonly sizeBytes: number;
  #content: Uint8Array | undefined;

  constructor(
    private readonly client: S3Client,
    private readonly location: ObjectLocation,
    content: Uint8Array,
    private readonly options: PutOptions,
  ) {
    this.sizeBytes = content.length;
    this.#content = content;
  }

  async commit(signal?: AbortSignal): Promise<ObjectHead> {
    if (!this.#content) throw new Error('This staged object was discarded before.');
    const { contentType, metadata, ifAbsent } = this.options;
    const command = new PutObjectCommand({
      ...target(this.location),
      Body: this.#content,
      ContentLength: this.sizeBytes,
      ContentType: contentType,
      Metadata: metadata,
      IfNoneMatch: ifAbsent ? '*' : undefined,
    });
    const { ETag } = await answer(this.client.send(command, { abortSignal: signal }), signal);
    return headOf(this.options, ETag, this.sizeBytes);
  }

  async discard(): Promise<void> {
    this.#content = undefined;
  }
}

/** A staged object whose parts are in S3, in an upload that the commit completes. */
class StagedUpload implements StagedObject {
  sizeBytes = 0;
  readonly #etags: string[] = [];
  readonly #sending = new Set<Promise<void>>();
  readonly #stopped = new AbortController();
  #isOver = false;

  constructor(
    private readonly uploads: S3Uploads,
    private readonly location: ObjectLocation,
    private readonly id: string,
    private readonly options: PutOptions,
  ) {}

  /** Sends a part, and resolves as soon as the next one may be sent. */
  async add(content: Uint8Array, signal?: AbortSignal): Promise<void> {
    const number = this.#etags.push('');
    if (number > MAX_PARTS) {
      throw new EbbError('BodyTooLarge', `A body of unknown length may have ${MAX_PARTS * PART_BYTES} bytes.`);
    }
    this.sizeBytes += content.length;
    const sending = this.#send(number, content, signal).finally(() => this.#sending.delete(sending));
    this.#sending.add(sending);
    if (this.#sending.size >= CONCURRENT_PARTS) await Promise.race(this.#sending);
    this.#stopped.signal.throwIfAborted();
  }

  /** Waits for the parts that are under way. */
  async finish(): Promise<void> {
    await Promise.all(this.#sending);
    this.#stopped.signal.throwIfAborted();
  }

  async commit(signal?: AbortSignal): Promise<ObjectHead> {
    const parts = this.#etags.map((etag, i) => ({ number: i + 1, etag }));
    const etag = await this.uploads.complete(this.location, this.id, parts, this.options.ifAbsent, signal);
    this.#isOver = true;
    return headOf(this.options, etag, this.sizeBytes);
  }

  async discard(): Promise<void> {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stopped.abort(new Error('The staged object was discarded.'));
    await Promise.all(this.#sending);
    await this.uploads.abort(this.location, this.id);
  }

  /** Never rejects: the first failure stops the other parts, and `add` or `finish` raises it. */
  async #send(number: number, content: Uint8Array, signal?: AbortSignal): Promise<void> {
    const stopped = this.#stopped.signal;
    try {
      const either = signal ? AbortSignal.any([signal, stopped]) : stopped;
      this.#etags[number - 1] = await this.uploads.putPart(this.location, this.id, number, content, either);
    } catch (error) {
      this.#stopped.abort(error);
    }
  }
}

/** Cuts a body into parts of one size; only the last part may be shorter. */
async function* partsOf(
  body: Body,
  partBytes: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array, void, void> {
  let gathered: Uint8Array[] = [];
  let room = partBytes;
  for await (const chunk of chunksOf(body, signal)) {
    let rest = chunk;
    while (rest.length >= room) {
      gathered.push(rest.subarray(0, room));
      yield Buffer.concat(gathered, partBytes);
      rest = rest.subarray(room);
      gathered = [];
      room = partBytes;
    }
    gathered.push(rest);
    room -= rest.length;
  }
  if (room < partBytes) yield Buffer.concat(gathered);
}

function requireSize<T extends { readonly length: number }>(content: T, { sizeBytes }: PutOptions): T {
  if (content.length === (sizeBytes ?? content.length)) return content;
  throw new EbbError('BadDigest', `The body is not of the announced length of ${sizeBytes} bytes.`);
}
