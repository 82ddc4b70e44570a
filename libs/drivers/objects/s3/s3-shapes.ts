import type { ObjectLocation } from '../../../core/object-location.js';
import type { ByteRange, ObjectHead, PutOptions } from '../../../core/ports/objects.js';
import { userMetadata } from '../user-metadata.js';

/** Returns the members that name an object in each of S3's requests. */
export function target({ bucket, key }: ObjectLocation): { Bucket: string; Key: string } {
  return { Bucket: bucket, Key: key };
}

/** Removes the quotes in which S3 puts etags. */
export function unquoted(etag: string | undefined): string {
  return (etag ?? '').replaceAll('"', '');
}

/**
 * Makes the head of an object that was just stored. S3 does not say when it stored the object; `modifiedAt` is the time
 * of its answer.
 */
export function headOf(options: PutOptions, etag: string | undefined, sizeBytes: number): ObjectHead {
  return {
    sizeBytes,
    etag: unquoted(etag),
    modifiedAt: Date.now(),
    ...(options.contentType !== undefined && { contentType: options.contentType }),
    metadata: userMetadata(options),
  };
}

/** Reads the head from the answer to a GetObject or HeadObject. `sizeBytes` is the size of the whole object. */
export function readHead(answer: {
  ContentLength?: number | undefined;
  ContentRange?: string | undefined;
  ContentType?: string | undefined;
  ETag?: string | undefined;
  LastModified?: Date | undefined;
  Metadata?: Record<string, string> | undefined;
}): ObjectHead {
  const whole = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  return {
    sizeBytes: whole === undefined ? (answer.ContentLength ?? 0) : Number(whole),
    etag: unquoted(answer.ETag),
    modifiedAt: answer.LastModified?.getTime() ?? 0,
    ...(answer.ContentType !== undefined && { contentType: answer.ContentType }),
    metadata: answer.Metadata ?? {},
  };
}

/** Writes a `Range` header: `bytes=0-9`, `bytes=10-` or `bytes=-5`. */
export function formatRange({ first, last }: ByteRange): string {
  return first < 0 ? `bytes=${first}` : `bytes=${first}-${last ?? ''}`;
}

/** Reads a `Content-Range` header: `bytes 0-9/100`. */
export function readRange(contentRange: string | undefined): { first: number; last: number } | undefined {
  const match = /^bytes (\d+)-(\d+)\//.exec(contentRange ?? '');
  return match ? { first: Number(match[1]), last: Number(match[2]) } : undefined;
}

/**
 * Undoes `EncodingType: 'url'`, which listings ask for because keys may hold characters that XML cannot express. A
 * server that does not support the encoding leaves it out of its answer.
 */
export function keyReader(encoding: string | undefined): (text: string) => string {
  return (text) => (encoding === 'url' ? decodeURIComponent(text.replaceAll('+', ' ')) : text);
}
