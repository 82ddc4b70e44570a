import type { ObjectLocation } from '../object-location.js';

/** Bytes on their way: all at once when they are few, else as they come. */
export type Body = Uint8Array | AsyncIterable<Uint8Array>;

export interface ObjectHead {
  readonly sizeBytes: number;
  /** Without quotes. The MD5 of the content where it has no dash, otherwise opaque. */
  readonly etag: string;
  readonly modifiedAt: number;
  readonly contentType?: string;
  /** The user's own metadata (`x-amz-meta-*`), names in lower case. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** First and last byte, both included, as in HTTP; a negative `first` without `last` means the last bytes. */
export interface ByteRange {
  readonly first: number;
  readonly last?: number;
}

export interface StoredObject extends ObjectHead {
  readonly body: Body;
  /** What `body` holds when a range was asked for, clipped to the object. */
  readonly range?: { readonly first: number; readonly last: number };
}

export interface PutOptions {
  readonly contentType?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Fail with `PreconditionFailed` if there is an object already (`If-None-Match: *`). */
  readonly ifAbsent?: boolean;
  /** The length of the body where it is known before. */
  readonly sizeBytes?: number;
}

/** Content that is stored and durable but not yet visible: it appears whole at `commit`, or never. */
export interface StagedObject {
  readonly sizeBytes: number;
  commit(signal?: AbortSignal): Promise<ObjectHead>;
  /** Removes what was stored. Harmless after a commit. */
  discard(): Promise<void>;
}

export interface ListOptions {
  readonly prefix?: string;
  /** Keys that share the part from the prefix up to this text are rolled up into one common prefix. */
  readonly delimiter?: string;
  /** Only keys and common prefixes that sort after this one. */
  readonly after?: string;
  /** At most this many keys and common prefixes together; 1,000 unless told. */
  readonly limit?: number;
}

export interface ObjectListing {
  /** Sorted by the UTF-8 bytes of the key. */
  readonly objects: readonly (ListedObject & { readonly key: string })[];
  readonly commonPrefixes: readonly string[];
  /** Pass as `after` for the next page; absent on the last one. */
  readonly next?: string;
}

export type ListedObject = Pick<ObjectHead, 'sizeBytes' | 'etag' | 'modifiedAt'>;

/** What whoever has an address may do with the object behind it. */
export interface Presigning {
  readonly method: 'GET' | 'PUT';
  readonly validSeconds: number;
  /** Of a `PUT`: what whoever sends it has to say in `Content-Type`. */
  readonly contentType?: string;
}

export interface BucketInfo {
  readonly name: string;
  readonly createdAt: number;
}

export interface UploadedPart {
  readonly number: number;
  readonly etag: string;
  readonly sizeBytes: number;
  readonly modifiedAt: number;
}

export interface MultipartUpload {
  readonly id: string;
  readonly key: string;
  readonly initiatedAt: number;
}

/**
 * Object storage with S3's semantics: strongly consistent, atomic, streaming. Errors: `BucketNotFound`,
 * `ObjectNotFound`, `UploadNotFound`, `InvalidPart`, `InvalidRange`, `PreconditionFailed`, `BadDigest`, `StorageFull`.
 */
export abstract class Objects {
  /** `range` outside the object is `InvalidRange`. The body must be read or cancelled (`return()`). */
  abstract get(location: ObjectLocation, options?: { range?: ByteRange }, signal?: AbortSignal): Promise<StoredObject>;
  abstract head(location: ObjectLocation, signal?: AbortSignal): Promise<ObjectHead>;

  /** Stores content durably without showing it; an aborted or failed stage leaves nothing behind. */
  abstract stage(
    location: ObjectLocation,
    body: Body,
    options?: PutOptions,
    signal?: AbortSignal,
  ): Promise<StagedObject>;
  /** Stage and commit in one. */
  abstract put(location: ObjectLocation, body: Body, options?: PutOptions, signal?: AbortSignal): Promise<ObjectHead>;

  /**
   * An https or http address by which whoever has it may get or put one object without credentials, until its time is up;
   * undefined where the storage has no address of its own. Nothing is asked of the storage: neither bucket nor object need
   * be there.
   */
  abstract presign(location: ObjectLocation, presigning: Presigning, signal?: AbortSignal): Promise<string | undefined>;

  /** Deleting what is not there succeeds, as in S3. */
  abstract delete(location: ObjectLocation, signal?: AbortSignal): Promise<void>;
  abstract list(bucket: string, options?: ListOptions, signal?: AbortSignal): Promise<ObjectListing>;

  /** Returns false where the bucket was there already. */
  abstract createBucket(bucket: string, signal?: AbortSignal): Promise<boolean>;
  abstract headBucket(bucket: string, signal?: AbortSignal): Promise<BucketInfo>;
  abstract listBuckets(signal?: AbortSignal): Promise<BucketInfo[]>;
  /** `BucketNotEmpty` while it holds objects. */
  abstract deleteBucket(bucket: string, signal?: AbortSignal): Promise<void>;

  abstract createUpload(location: ObjectLocation, options?: PutOptions, signal?: AbortSignal): Promise<string>;
  /** `partNumber` 1 to 10,000; a part that is there is replaced. */
  abstract uploadPart(
    location: ObjectLocation,
    uploadId: string,
    partNumber: number,
    body: Body,
    signal?: AbortSignal,
  ): Promise<UploadedPart>;
  /** Makes one object of the parts named, in order; an etag that does not match is `InvalidPart`. */
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
