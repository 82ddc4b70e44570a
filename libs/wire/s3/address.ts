import { isBucketName } from '../../core/object-location.js';
import { S3Error } from './errors.js';

/** The target of a request: the service itself, a bucket, or an object in a bucket. */
export interface S3Address {
  readonly bucket?: string;
  readonly key?: string;
  readonly query: URLSearchParams;
}

const MAX_KEY_BYTES = 1024;

/**
 * Finds bucket and key in the path (`/bucket/key`), or the bucket in the host name (`bucket.localhost:7070`,
 * `bucket.s3.anything`). Raises `InvalidURI`, `InvalidBucketName` or `KeyTooLongError`.
 */
export function addressOf(url: string, host: string | undefined): S3Address {
  // Clients of a proxy send the whole URL in the request line.
  const target = url.replace(/^https?:\/\/[^/?]*/i, '') || '/';
  const [path, search] = cut(target, '?');
  const query = new URLSearchParams(search);
  const fromHost = bucketOfHost(host);
  const [bucketText, keyText] = fromHost === undefined ? cut(path.slice(1), '/') : [undefined, path.slice(1)];
  const bucket = fromHost ?? decode(bucketText!);
  const key = decode(keyText);
  if (bucket === '' && key === '') return { query };
  checkBucketName(bucket);
  if (key === '') return { bucket, query };
  checkKey(key);
  return { bucket, key, query };
}

/** Raises `InvalidBucketName` unless S3 allows the name today. Drivers may rely on this check. */
export function checkBucketName(bucket: string): void {
  if (!isBucketName(bucket))
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.', { BucketName: bucket });
}

/** Raises `KeyTooLongError` for more than 1,024 bytes of UTF-8. */
export function checkKey(key: string): void {
  const sizeBytes = new TextEncoder().encode(key).length;
  if (sizeBytes <= MAX_KEY_BYTES) return;
  throw new S3Error('KeyTooLongError', 'Your key is too long', { Size: sizeBytes, MaxSizeAllowed: MAX_KEY_BYTES });
}

/** Decodes percent-encoding only: in a path, `+` is a plus. */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (cause) {
    throw new S3Error('InvalidURI', "Couldn't parse the specified URI.", { URI: text }, { cause });
  }
}

const VIRTUAL_HOST = /^(.+)\.s3(?:\..+|-[a-z0-9-]+\.amazonaws\.com(?:\.cn)?)$|^(.+)\.localhost$/;
const SERVICE_HOST = /^s3(?:\.|$|-[a-z0-9-]+\.amazonaws\.com)/;

/** Returns the bucket that a virtual host names; undefined if the path names it. */
export function bucketOfHost(host: string | undefined): string | undefined {
  const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
  if (SERVICE_HOST.test(name)) return undefined;
  const match = VIRTUAL_HOST.exec(name);
  return match ? (match[1] ?? match[2]) : undefined;
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}
