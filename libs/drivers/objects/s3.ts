import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import type { Readable } from 'node:stream';
import { EbbError, isEbbError } from '../../core/errors.js';
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
import { gatherBody } from './body-chunks.js';
import { commitOrDiscard } from './commit-or-discard.js';
import { readableBody } from './readable-body.js';
import { answer } from './s3/s3-errors.js';
import { listInS3 } from './s3/s3-listing.js';
import { presignInS3 } from './s3/s3-presigning.js';
import { formatRange, readHead, readRange, target } from './s3/s3-shapes.js';
import { stageInS3 } from './s3/s3-staging.js';
import { S3Uploads } from './s3/s3-uploads.js';
import { requirePartNumber, requirePartOrder } from './upload-parts.js';

/** The largest content that is returned as one array of bytes. Larger content is returned as a stream. */
const SMALL_BYTES = 64 * 1024;

/**
 * The largest part that can be streamed in. S3 needs a part's length before its content, so Ebb gathers the part in
 * memory.
 */
const MAX_STREAMED_PART_BYTES = 64 * 1024 * 1024;

/**
 * Object storage in S3, or in a service that speaks its protocol. The client brings the endpoint, the credentials and
 * the retries.
 */
export class S3Objects extends Objects {
  private readonly uploads: S3Uploads;

  constructor(private readonly client: S3Client) {
    super();
    this.uploads = new S3Uploads(client);
  }

  async get(
    location: ObjectLocation,
    options: { range?: ByteRange } = {},
    signal?: AbortSignal,
  ): Promise<StoredObject> {
    requireLocation(location);
    const Range = options.range && formatRange(options.range);
    const command = new GetObjectCommand({ ...target(location), Range });
    const found = await answer(this.client.send(command, { abortSignal: signal }), signal);
    const range = readRange(found.ContentRange);
    const head = { ...readHead(found), ...(range && { range }) };
    const stream = found.Body as Readable;
    if ((found.ContentLength ?? Infinity) > SMALL_BYTES) return { ...head, body: readableBody(stream, signal) };
    return { ...head, body: await answer(gatherBody(stream, SMALL_BYTES, signal), signal) };
  }

  async head(location: ObjectLocation, signal?: AbortSignal): Promise<ObjectHead> {
    requireLocation(location);
    try {
      const sent = this.client.send(new HeadObjectCommand(target(location)), { abortSignal: signal });
      return readHead(await answer(sent, signal));
    } catch (error) {
      // The answer to a HEAD has no body, which would tell a missing bucket from a missing object.
      if (isEbbError(error, 'ObjectNotFound')) await this.#requireBucket(location.bucket, signal);
      throw error;
    }
  }

  async stage(
    location: ObjectLocation,
    body: Body,
    options: PutOptions = {},
    signal?: AbortSignal,
  ): Promise<StagedObject> {
    requireLocation(location);
    return stageInS3(this.client, location, body, options, signal);
  }

  async put(location: ObjectLocation, body: Body, options?: PutOptions, signal?: AbortSignal): Promise<ObjectHead> {
    return commitOrDiscard(await this.stage(location, body, options, signal), signal);
  }

  async presign(location: ObjectLocation, presigning: Presigning, signal?: AbortSignal): Promise<string> {
    requireLocation(location);
    signal?.throwIfAborted();
    return presignInS3(this.client, location, presigning);
  }

  async delete(location: ObjectLocation, signal?: AbortSignal): Promise<void> {
    requireLocation(location);
    await answer(this.client.send(new DeleteObjectCommand(target(location)), { abortSignal: signal }), signal);
  }

  async list(bucket: string, options: ListOptions = {}, signal?: AbortSignal): Promise<ObjectListing> {
    requireBucketName(bucket);
    return listInS3(this.client, bucket, options, signal);
  }

  async createBucket(bucket: string, signal?: AbortSignal): Promise<boolean> {
    requireBucketName(bucket);
    // In us-east-1, S3 answers success for a bucket that exists already, so Ebb asks first.
    if (await this.#hasBucket(bucket, signal)) return false;
    const region = await this.client.config.region();
    const LocationConstraint = region === 'us-east-1' ? undefined : (region as BucketLocationConstraint);
    const command = new CreateBucketCommand({
      Bucket: bucket,
      ...(LocationConstraint && { CreateBucketConfiguration: { LocationConstraint } }),
    });
    await answer(this.client.send(command, { abortSignal: signal }), signal);
    return true;
  }

  /** Returns a bucket. `createdAt` is 0 if the credentials may not list buckets, because S3 tells it nowhere else. */
  async headBucket(bucket: string, signal?: AbortSignal): Promise<BucketInfo> {
    requireBucketName(bucket);
    await this.#requireBucket(bucket, signal);
    const buckets = await this.listBuckets(signal).catch((error: unknown) => {
      if (isEbbError(error, 'InvalidRequest')) return [];
      throw error;
    });
    return buckets.find(({ name }) => name === bucket) ?? { name: bucket, createdAt: 0 };
  }

  async listBuckets(signal?: AbortSignal): Promise<BucketInfo[]> {
    const { Buckets = [] } = await answer(this.client.send(new ListBucketsCommand(), { abortSignal: signal }), signal);
    return Buckets.map(({ Name = '', CreationDate }) => ({ name: Name, createdAt: CreationDate?.getTime() ?? 0 }));
  }

  async deleteBucket(bucket: string, signal?: AbortSignal): Promise<void> {
    requireBucketName(bucket);
    await answer(this.client.send(new DeleteBucketCommand({ Bucket: bucket }), { abortSignal: signal }), signal);
  }

  async createUpload(location: ObjectLocation, options: PutOptions = {}, signal?: AbortSignal): Promise<string> {
    requireLocation(location);
    return this.uploads.create(location, options, signal);
  }

  async uploadPart(
    location: ObjectLocation,
    uploadId: string,
    partNumber: number,
    body: Body,
    signal?: AbortSignal,
  ): Promise<UploadedPart> {
    requireLocation(location);
    requirePartNumber(partNumber);
    const content = await gatherBody(body, MAX_STREAMED_PART_BYTES, signal);
    const etag = await this.uploads.putPart(location, uploadId, partNumber, content, signal);
    return { number: partNumber, etag, sizeBytes: content.length, modifiedAt: Date.now() };
  }

  async completeUpload(
    location: ObjectLocation,
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    options: { ifAbsent?: boolean } = {},
    signal?: AbortSignal,
  ): Promise<ObjectHead> {
    requireLocation(location);
    requirePartOrder(parts);
    await this.uploads.complete(location, uploadId, parts, options.ifAbsent, signal);
    return this.head(location, signal);
  }

  async abortUpload(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<void> {
    requireLocation(location);
    await this.uploads.abort(location, uploadId, signal);
  }

  async listParts(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<UploadedPart[]> {
    requireLocation(location);
    return this.uploads.listParts(location, uploadId, signal);
  }

  async listUploads(bucket: string, signal?: AbortSignal): Promise<MultipartUpload[]> {
    requireBucketName(bucket);
    return this.uploads.list(bucket, signal);
  }

  async #requireBucket(bucket: string, signal?: AbortSignal): Promise<void> {
    if (await this.#hasBucket(bucket, signal)) return;
    throw new EbbError('BucketNotFound', `The bucket '${bucket}' does not exist.`);
  }

  async #hasBucket(bucket: string, signal?: AbortSignal): Promise<boolean> {
    try {
      await answer(this.client.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal: signal }), signal);
      return true;
    } catch (error) {
      if (isEbbError(error, 'ObjectNotFound', 'BucketNotFound')) return false;
      throw error;
    }
  }
}
