import { createHash } from 'node:crypto';
import { EbbError } from '../../libs/core/errors.js';
import { type ObjectLocation, requireBucketName, requireLocation } from '../../libs/core/object-location.js';
import {
  type Body,
  type BucketInfo,
  type ByteRange,
  type ListOptions,
  type MultipartUpload,
  type ObjectHead,
  type ObjectListing,
  Objects,
  type Presigning,
  type PutOptions,
  type StagedObject,
  type StoredObject,
  type UploadedPart,
} from '../../libs/core/ports/objects.js';
import { gatherBody } from '../../libs/drivers/objects/body-chunks.js';
import { resolveRange } from '../../libs/drivers/objects/byte-range.js';
import { multipartEtag } from '../../libs/drivers/objects/etag.js';
import { compareKeys } from '../../libs/drivers/objects/key-order.js';
import { commonPrefixOf } from '../../libs/drivers/objects/roll-up.js';
import { requirePartNumber, requirePartOrder } from '../../libs/drivers/objects/upload-parts.js';
import { userMetadata } from '../../libs/drivers/objects/user-metadata.js';

interface Stored {
  readonly head: ObjectHead;
  readonly content: Uint8Array;
}

interface Bucket {
  readonly info: BucketInfo;
  readonly objects: Map<string, Stored>;
  readonly uploads: Map<string, Upload>;
}

interface Upload extends MultipartUpload {
  readonly options: PutOptions;
  readonly parts: Map<number, UploadedPart & { readonly content: Uint8Array }>;
}

/**
 * Objects in memory, for simulations: everything happens within microtasks, nothing depends on chance, and the time is
 * that of `now`. What was staged and not committed is invisible, so that a crash may fall between the two.
 */
export class MemoryObjects extends Objects {
  readonly #buckets = new Map<string, Bucket>();
  #uploadCount = 0;

  constructor(private readonly now: () => number = () => 0) {
    super();
  }

  async get(
    location: ObjectLocation,
    options: { range?: ByteRange } = {},
    signal?: AbortSignal,
  ): Promise<StoredObject> {
    const { head, content } = this.#find(location, signal);
    if (!options.range) return { ...head, body: content.slice() };
    const range = resolveRange(options.range, head.sizeBytes);
    return { ...head, range, body: content.slice(range.first, range.last + 1) };
  }

  async head(location: ObjectLocation, signal?: AbortSignal): Promise<ObjectHead> {
    return this.#find(location, signal).head;
  }

  async stage(
    location: ObjectLocation,
    body: Body,
    options: PutOptions = {},
    signal?: AbortSignal,
  ): Promise<StagedObject> {
    signal?.throwIfAborted();
    requireLocation(location);
    this.#bucket(location.bucket);
    const content = await copyOf(body, signal);
    if (content.length !== (options.sizeBytes ?? content.length)) {
      throw new EbbError('BadDigest', `The body is not of the announced length of ${options.sizeBytes} bytes.`);
    }
    return this.#staged(location, content, md5(content), options);
  }

  async put(location: ObjectLocation, body: Body, options?: PutOptions, signal?: AbortSignal): Promise<ObjectHead> {
    const staged = await this.stage(location, body, options, signal);
    return staged.commit(signal);
  }

  async presign(location: ObjectLocation, _presigning: Presigning, signal?: AbortSignal): Promise<undefined> {
    signal?.throwIfAborted();
    requireLocation(location);
  }

  async delete(location: ObjectLocation, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    requireLocation(location);
    this.#bucket(location.bucket).objects.delete(location.key);
  }

  async list(bucket: string, options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectListing> {
    signal?.throwIfAborted();
    const { prefix = '', delimiter, after = '', limit = 1_000 } = options;
    const stored = this.#bucket(bucket).objects;
    const shown = new Map<string, Stored | undefined>();
    for (const [key, object] of stored) {
      if (!key.startsWith(prefix)) continue;
      const commonPrefix = commonPrefixOf(key, prefix, delimiter);
      shown.set(commonPrefix ?? key, commonPrefix === undefined ? object : undefined);
    }
    const names = [...shown.keys()].filter((name) => compareKeys(name, after) > 0).sort(compareKeys);
    const page = names.slice(0, limit);
    return {
      objects: page.flatMap((key) => {
        const head = shown.get(key)?.head;
        return head ? [{ key, sizeBytes: head.sizeBytes, etag: head.etag, modifiedAt: head.modifiedAt }] : [];
      }),
      commonPrefixes: page.filter((name) => !shown.get(name)),
      ...(page.length > 0 && page.length < names.length && { next: page.at(-1)! }),
    };
  }

  async createBucket(bucket: string, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    requireBucketName(bucket);
    if (this.#buckets.has(bucket)) return false;
    const info = { name: bucket, createdAt: this.now() };
    this.#buckets.set(bucket, { info, objects: new Map(), uploads: new Map() });
    return true;
  }

  async headBucket(bucket: string, signal?: AbortSignal): Promise<BucketInfo> {
    signal?.throwIfAborted();
    return this.#bucket(bucket).info;
  }

  async listBuckets(signal?: AbortSignal): Promise<BucketInfo[]> {
    signal?.throwIfAborted();
    return [...this.#buckets.values()].map(({ info }) => info).sort((a, b) => compareKeys(a.name, b.name));
  }

  async deleteBucket(bucket: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.#bucket(bucket).objects.size > 0) {
      throw new EbbError('BucketNotEmpty', 'The bucket you tried to delete is not empty.');
    }
    this.#buckets.delete(bucket);
  }

  async createUpload(location: ObjectLocation, options: PutOptions = {}, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    requireLocation(location);
    const id = `upload-${++this.#uploadCount}`;
    const upload = { id, key: location.key, initiatedAt: this.now(), options, parts: new Map() };
    this.#bucket(location.bucket).uploads.set(id, upload);
    return id;
  }

  async uploadPart(
    location: ObjectLocation,
    uploadId: string,
    partNumber: number,
    body: Body,
    signal?: AbortSignal,
  ): Promise<UploadedPart> {
    requirePartNumber(partNumber);
    this.#upload(location, uploadId, signal);
    const content = await copyOf(body, signal);
    const part = { number: partNumber, etag: md5(content), sizeBytes: content.length, modifiedAt: this.now() };
    this.#upload(location, uploadId).parts.set(partNumber, { ...part, content });
    return part;
  }

  async completeUpload(
    location: ObjectLocation,
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    options: { ifAbsent?: boolean } = {},
    signal?: AbortSignal,
  ): Promise<ObjectHead> {
    const upload = this.#upload(location, uploadId, signal);
    requirePartOrder(parts);
    const contents = parts.map(({ number, etag }) => {
      const part = upload.parts.get(number);
      if (part?.etag === etag) return part.content;
      throw new EbbError('InvalidPart', `Part ${number} was not uploaded, or its etag is not ${etag}.`);
    });
    const etag = multipartEtag(parts.map((part) => part.etag));
    const staged = this.#staged(location, Buffer.concat(contents), etag, { ...upload.options, ...options });
    const head = await staged.commit();
    this.#bucket(location.bucket).uploads.delete(uploadId);
    return head;
  }

  async abortUpload(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<void> {
    this.#upload(location, uploadId, signal);
    this.#bucket(location.bucket).uploads.delete(uploadId);
  }

  async listParts(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<UploadedPart[]> {
    const parts = [...this.#upload(location, uploadId, signal).parts.values()];
    return parts
      .sort((a, b) => a.number - b.number)
      .map(({ number, etag, sizeBytes, modifiedAt }) => ({ number, etag, sizeBytes, modifiedAt }));
  }

  async listUploads(bucket: string, signal?: AbortSignal): Promise<MultipartUpload[]> {
    signal?.throwIfAborted();
    const uploads = [...this.#bucket(bucket).uploads.values()];
    return uploads
      .sort((a, b) => compareKeys(a.key, b.key))
      .map(({ id, key, initiatedAt }) => ({ id, key, initiatedAt }));
  }

  #staged(location: ObjectLocation, content: Uint8Array, etag: string, options: PutOptions): StagedObject {
    let discarded = false;
    const commit = async (signal?: AbortSignal): Promise<ObjectHead> => {
      signal?.throwIfAborted();
      if (discarded) throw new Error('This staged object was discarded before.');
      const { objects } = this.#bucket(location.bucket);
      if (options.ifAbsent && objects.has(location.key)) {
        throw new EbbError('PreconditionFailed', 'There is an object of this key already.');
      }
      const head = headOf(content, etag, options, this.now());
      objects.set(location.key, { head, content });
      return head;
    };
    const discard = async () => {
      discarded = true;
    };
    return { sizeBytes: content.length, commit, discard };
  }

  #bucket(name: string): Bucket {
    requireBucketName(name);
    const bucket = this.#buckets.get(name);
    if (bucket) return bucket;
    throw new EbbError('BucketNotFound', `The bucket '${name}' does not exist.`);
  }

  #find(location: ObjectLocation, signal?: AbortSignal): Stored {
    signal?.throwIfAborted();
    requireLocation(location);
    const stored = this.#bucket(location.bucket).objects.get(location.key);
    if (stored) return stored;
    throw new EbbError('ObjectNotFound', `There is no object '${location.key}' in the bucket '${location.bucket}'.`);
  }

  #upload(location: ObjectLocation, id: string, signal?: AbortSignal): Upload {
    signal?.throwIfAborted();
    requireLocation(location);
    const upload = this.#bucket(location.bucket).uploads.get(id);
    if (upload?.key === location.key) return upload;
    throw new EbbError('UploadNotFound', `The upload '${id}' does not exist: it may have been aborted or completed.`);
  }
}

function headOf(content: Uint8Array, etag: string, options: PutOptions, modifiedAt: number): ObjectHead {
  return {
    sizeBytes: content.length,
    etag,
    modifiedAt,
    ...(options.contentType !== undefined && { contentType: options.contentType }),
    metadata: userMetadata(options),
  };
}

async function copyOf(body: Body, signal?: AbortSignal): Promise<Uint8Array> {
  return Uint8Array.from(await gatherBody(body, Infinity, signal));
}

function md5(content: Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}
