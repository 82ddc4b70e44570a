import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EbbError } from '../../core/errors.js';
import { type ObjectLocation, requireBucketName, requireLocation } from '../../core/object-location.js';
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
} from '../../core/ports/objects.js';
import { resolveRange } from './byte-range.js';
import { commitOrDiscard } from './commit-or-discard.js';
import { BucketTree } from './filesystem/bucket-tree.js';
import { listObjects } from './filesystem/listing.js';
import { MultipartUploads } from './filesystem/multipart-uploads.js';
import { type ObjectFile, openObjectFile } from './filesystem/object-file.js';
import { writeObjectFile } from './filesystem/object-file-writer.js';
import { StagedFile } from './filesystem/staged-file.js';
import { StagingArea } from './filesystem/staging-area.js';
import { readableBody } from './readable-body.js';

/** The largest content that is returned as one array of bytes. Larger content is returned as a stream. */
const SMALL_BYTES = 64 * 1024;

/**
 * Object storage in files below one directory, which several processes may share. Each bucket is a folder,
 * `<root>/<bucket>/…`; `.staging` and `.uploads` lie beside the buckets, under names that no bucket can have. An
 * object's file is synced to disk before one rename makes it visible, so a process may be killed at any moment. The
 * rename itself is not synced: a power failure may undo the last moments' puts, but never leaves half an object.
 */
export class FilesystemObjects extends Objects {
  private constructor(
    private readonly tree: BucketTree,
    private readonly staging: StagingArea,
    private readonly uploads: MultipartUploads,
  ) {
    super();
  }

  /** Creates the folders that are missing below `root` and removes the half-written files of killed processes. */
  static async open(root: string): Promise<FilesystemObjects> {
    const staging = await StagingArea.open(join(root, '.staging'));
    const uploads = join(root, '.uploads');
    await mkdir(uploads, { recursive: true });
    return new FilesystemObjects(new BucketTree(root), staging, new MultipartUploads(uploads, staging));
  }

  async get(
    location: ObjectLocation,
    options: { range?: ByteRange } = {},
    signal?: AbortSignal,
  ): Promise<StoredObject> {
    const file = await this.#open(location, signal);
    let streaming = false;
    try {
      const { sizeBytes } = file.head;
      const range = options.range && resolveRange(options.range, sizeBytes);
      const { first, last } = range ?? { first: 0, last: sizeBytes - 1 };
      const found = { ...file.head, ...(range && { range }) };
      const length = last - first + 1;
      if (length <= SMALL_BYTES) return { ...found, body: await file.read(first, length) };
      streaming = true;
      return { ...found, body: readableBody(file.stream(first, last), signal) };
    } finally {
      if (!streaming) file.close();
    }
  }

  async head(location: ObjectLocation, signal?: AbortSignal): Promise<ObjectHead> {
    const file = await this.#open(location, signal);
    file.close();
    return file.head;
  }

  async stage(
    location: ObjectLocation,
    body: Body,
    options: PutOptions = {},
    signal?: AbortSignal,
  ): Promise<StagedObject> {
    requireLocation(location);
    await this.tree.requireBucket(location.bucket);
    const path = this.staging.newPath();
    const head = await writeObjectFile(path, body, options, signal);
    return new StagedFile(this.tree, location, path, head, options.ifAbsent);
  }

  async put(location: ObjectLocation, body: Body, options?: PutOptions, signal?: AbortSignal): Promise<ObjectHead> {
    return commitOrDiscard(await this.stage(location, body, options, signal), signal);
  }

  /** Returns undefined, because files have no URL: the caller must serve uploads and downloads itself. */
  async presign(location: ObjectLocation, _presigning: Presigning, signal?: AbortSignal): Promise<undefined> {
    signal?.throwIfAborted();
    requireLocation(location);
  }

  async delete(location: ObjectLocation, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    requireLocation(location);
    await this.tree.remove(location);
  }

  async list(bucket: string, options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectListing> {
    signal?.throwIfAborted();
    requireBucketName(bucket);
    await this.tree.headBucket(bucket);
    return listObjects(this.tree, bucket, options, signal);
  }

  async createBucket(bucket: string, signal?: AbortSignal): Promise<boolean> {
    signal?.throwIfAborted();
    requireBucketName(bucket);
    return this.tree.createBucket(bucket);
  }

  async headBucket(bucket: string, signal?: AbortSignal): Promise<BucketInfo> {
    signal?.throwIfAborted();
    requireBucketName(bucket);
    return this.tree.headBucket(bucket);
  }

  async listBuckets(signal?: AbortSignal): Promise<BucketInfo[]> {
    signal?.throwIfAborted();
    return this.tree.listBuckets();
  }

  async deleteBucket(bucket: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    requireBucketName(bucket);
    await this.tree.deleteBucket(bucket);
    await this.uploads.removeAll(bucket);
  }

  async createUpload(location: ObjectLocation, options: PutOptions = {}, signal?: AbortSignal): Promise<string> {
    signal?.throwIfAborted();
    requireLocation(location);
    await this.tree.headBucket(location.bucket);
    return this.uploads.create(location, options);
  }

  async uploadPart(
    location: ObjectLocation,
    uploadId: string,
    partNumber: number,
    body: Body,
    signal?: AbortSignal,
  ): Promise<UploadedPart> {
    requireLocation(location);
    return this.uploads.putPart(location, uploadId, partNumber, body, signal);
  }

  async completeUpload(
    location: ObjectLocation,
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    options: { ifAbsent?: boolean } = {},
    signal?: AbortSignal,
  ): Promise<ObjectHead> {
    requireLocation(location);
    const path = this.staging.newPath();
    const head = await this.uploads.assemble(path, location, uploadId, parts, signal);
    const staged = new StagedFile(this.tree, location, path, head, options.ifAbsent);
    await commitOrDiscard(staged, signal);
    await this.uploads.remove(location.bucket, uploadId);
    return head;
  }

  async abortUpload(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    requireLocation(location);
    await this.uploads.require(location, uploadId);
    await this.uploads.remove(location.bucket, uploadId);
  }

  async listParts(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<UploadedPart[]> {
    signal?.throwIfAborted();
    requireLocation(location);
    return this.uploads.listParts(location, uploadId);
  }

  async listUploads(bucket: string, signal?: AbortSignal): Promise<MultipartUpload[]> {
    signal?.throwIfAborted();
    requireBucketName(bucket);
    await this.tree.headBucket(bucket);
    return this.uploads.list(bucket);
  }

  async #open(location: ObjectLocation, signal?: AbortSignal): Promise<ObjectFile> {
    signal?.throwIfAborted();
    requireLocation(location);
    const file = await openObjectFile(this.tree.objectPath(location));
    if (file) return file;
    await this.tree.headBucket(location.bucket);
    throw new EbbError('ObjectNotFound', `There is no object '${location.key}' in the bucket '${location.bucket}'.`);
  }
}
