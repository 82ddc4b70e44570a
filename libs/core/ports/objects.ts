import type { ObjectLocation } from '../object-location.js';

/** The bytes of an object: all at once if they are few, otherwise a stream. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** The properties of an object, without its content. */
export interface ObjectHead {
  readonly sizeBytes: number;
  /** Without quotes. The MD5 of the content if it has no dash, otherwise opaque. */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly contentType?: string;
  /** The user's own metadata (`x-amz-meta-*`), names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * A range of bytes, the first and the last included, as in HTTP. A negative `first` without `last` means the last
 * bytes.
 */
export interface ByteRange {
  readonly first: number;
  readonly last?: number;
}

/** An object with its content, or with a range of it. */
export interface StoredObject extends ObjectHead {
  readonly body: Body;
  /** The range that `body` holds, clipped to the object, if a range was requested. */
  readonly range?: { readonly first: number; readonly last: number };
}

/** The properties of an object to be stored, and the condition for storing it. */
export interface PutOptions {
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Fails with `PreconditionFailed` if the object exists already (`If-None-Match: *`). */
  readonly ifAbsent?: boolean;
  /** The length of the body, if it is known beforehand. */
  readonly sizeBytes?: number;
}

/** Content that is stored and durable but not yet visible. It appears whole at `commit`, or never. */
export interface StagedObject {
  readonly sizeBytes: number;
  commit(signal?: AbortSignal): Promise<ObjectHead>;
  /** Removes the stored content. Harmless after a commit. */
  discard(): Promise<void>;
}

/** The part of a bucket to be listed. */
export interface ListOptions {
  readonly prefix?: string;
  /** Keys with the same part from the prefix up to this text are rolled up into one common prefix. */
  readonly delimiter?: string;
  /** Lists only keys and common prefixes that sort after this one. */
  readonly after?: string;
  /** The most keys and common prefixes together; 1,000 by default. */
  readonly limit?: number;
}

/** One page of a bucket's keys and common prefixes. */
export interface ObjectListing {
  /** Sorted by the UTF-8 bytes of the key. */
  readonly objects: readonly (ListedObject & { readonly key: string })[];
  readonly commonPrefixes: readonly string[];
  /** The `after` of the next page; absent on the last page. */
  readonly next?: string;
}

/** The properties of an object that a listing shows. */
export type ListedObject = Pick<ObjectHead, 'sizeBytes' | 'etag' | 'modifiedAt'>;

/** The rights that a presigned address gives on its object. */
export interface Presigning {
  readonly method: 'GET' | 'PUT';
  readonly validSeconds: number;
  /** For a `PUT`: the `Content-Type` that the sender must name. */
  readonly contentType?: string;
}

/** A bucket, and when it was created. */
export interface BucketInfo {
  readonly name: string;
  readonly createdAt: number;
}

/** A stored part of a multipart upload. */
export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

/** A multipart upload that is neither completed nor aborted. */
export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  readonly initiatedAt: number;
}

/**
 * Object storage with S3's semantics: strongly consistent, atomic, streaming. Its errors are `BucketNotFound`,
 * `ObjectNotFound`, `UploadNotFound`, `InvalidPart`, `InvalidRange`, `PreconditionFailed`, `BadDigest` and
 * `StorageFull`.
 */
export abstract class Objects {
  /** Raises `InvalidRange` for a `range` outside the object. The body must be read or cancelled (`return()`). */
  abstract get(location: ObjectLocation, options?: { range?: ByteRange }, signal?: AbortSignal): Promise<StoredObject>;
  abstract head(location: ObjectLocation, signal?: AbortSignal): Promise<ObjectHead>;

  /** Stores content durably without showing it. An aborted or failed stage leaves nothing behind. */
  abstract stage(
    location: ObjectLocation,
    body: Body,
    options?: PutOptions,
    signal?: AbortSignal,
  ): Promise<StagedObject>;
  /** Stages and commits in one call. */
  abstract put(location: ObjectLocation, body: Body, options?: PutOptions, signal?: AbortSignal): Promise<ObjectHead>;

  /**
   * Returns an https or http address at which its bearer may get or put one object without credentials until it
   * expires; undefined if the storage has no address of its own. The storage is not asked, so neither bucket nor object
   * need exist.
   */
  abstract presign(location: ObjectLocation, presigning: Presigning, signal?: AbortSignal): Promise<string | undefined>;

  /** Succeeds for an object that does not exist, as in S3. */
  abstract delete(location: ObjectLocation, signal?: AbortSignal): Promise<void>;
  abstract list(bucket: string, options?: ListOptions, signal?: AbortSignal): Promise<ObjectListing>;

  /** Returns false if the bucket existed already. */
  abstract createBucket(bucket: string, signal?: AbortSignal): Promise<boolean>;
  abstract headBucket(bucket: string, signal?: AbortSignal): Promise<BucketInfo>;
  abstract listBuckets(signal?: AbortSignal): Promise<BucketInfo[]>;
  /** Raises `BucketNotEmpty` while the bucket holds objects. */
  abstract deleteBucket(bucket: string, signal?: AbortSignal): Promise<void>;

  abstract createUpload(location: ObjectLocation, options?: PutOptions, signal?: AbortSignal): Promise<string>;
  /** Stores part `partNumber`, 1 to 10,000, in place of any part with that number. */
  abstract uploadPart(
    location: ObjectLocation,
    uploadId: string,
    partNumber: number,
    body: Body,
    signal?: AbortSignal,
  ): Promise<UploadedPart>;
  /** Makes one object of the named parts, in order. Raises `InvalidPart` for an ETag that does not match. */
  abstract completeUpload(
    location: ObjectLocation,
    uploadId: string,
    parts: readonly { readonly number: number; readonly etag: string }[],
    options?: { ifAbsent?: boolean },
    signal?: AbortSignal,
  ): Promise<ObjectHead>;
  abstract abortUpload(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<void>;
  abstract listParts(location: ObjectLocation, uploadId: string, signal?: AbortSignal): Promise<UploadedPart[]>;
  abstract listUploads(bucket: string, signal?: AbortSignal): Promise<MultipartUpload[]>;
}
