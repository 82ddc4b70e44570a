import { EbbError } from './errors.js';

/** The place of an object. A key is UTF-8 text of 1 to 1,024 bytes, as in S3; `/` has a meaning only in listings. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

const MAX_KEY_BYTES = 1_024;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** The longest name that Ebb gives an object: that of a failure object. */
const LONGEST_NAME = '00000000-0000-0000-0000-000000000000-error.out';
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;
const S3_URI = /^s3:\/\/([^/]+)\/(.+)$/s;
const VIRTUAL_HOST = /^https:\/\/([^/]+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?\/([^?]+)/s;
const PATH_STYLE = /^https:\/\/s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?\/([^/]+)\/([^?]+)/s;

/**
 * Reads `s3://bucket/key`, or the `https://` forms of the same address (virtual-hosted and path style), which
 * `InputLocation` allows too. Raises `InvalidRequest` for other addresses, and for buckets and keys that cannot exist
 * in S3.
 */
export function parseObjectLocation(uri: string): ObjectLocation {
  const location = readAddress(uri);
  requireLocation(location);
  return location;
}

/** Returns whether `parseObjectLocation` accepts `uri`. */
export function isObjectLocation(uri: string): boolean {
  try {
    parseObjectLocation(uri);
    return true;
  } catch {
    return false;
  }
}

/** Returns whether `uri` is the address of a bucket, or of a prefix in one, with room for the names that Ebb gives. */
export function isObjectPrefix(uri: string): boolean {
  return isObjectLocation(`${uri.replace(/\/+$/, '')}/${LONGEST_NAME}`);
}

/** Writes the `s3://` address of an object. */
export function formatObjectLocation(location: ObjectLocation): string {
  return `s3://${location.bucket}/${location.key}`;
}

/** Returns whether S3 allows this name for a general purpose bucket. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !IP_ADDRESS.test(name);
}

/** Raises `InvalidRequest` unless `name` follows S3's naming rules for buckets. */
export function requireBucketName(name: string): void {
  if (!isBucketName(name)) throw new EbbError('InvalidRequest', `'${name}' is not a valid bucket name.`);
}

/** Raises `InvalidRequest` unless bucket and key can exist in S3. */
export function requireLocation({ bucket, key }: ObjectLocation): void {
  requireBucketName(bucket);
  // A lone surrogate has no UTF-8 form, so two different keys would become one.
  if (key === '' || !key.isWellFormed()) throw new EbbError('InvalidRequest', 'The key must be UTF-8 text, not empty.');
  // A UTF-16 unit takes at most three bytes in UTF-8, so most keys need no counting.
  if (key.length * 3 > MAX_KEY_BYTES && new TextEncoder().encode(key).length > MAX_KEY_BYTES) {
    throw new EbbError('InvalidRequest', `The key is too long: it may have at most ${MAX_KEY_BYTES} bytes.`);
  }
}

function readAddress(uri: string): ObjectLocation {
  const s3 = S3_URI.exec(uri);
  if (s3) return { bucket: s3[1]!, key: s3[2]! };
  const https = PATH_STYLE.exec(uri) ?? VIRTUAL_HOST.exec(uri);
  if (https) return { bucket: https[1]!, key: decodeKey(https[2]!, uri) };
  throw new EbbError('InvalidRequest', `'${uri}' is not the address of an S3 object (s3://bucket/key).`);
}

function decodeKey(escaped: string, uri: string): string {
  try {
    return decodeURIComponent(escaped);
  } catch (cause) {
    throw new EbbError('InvalidRequest', `'${uri}' has a key that is not percent-encoded UTF-8.`, { cause });
  }
}
