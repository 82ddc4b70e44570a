import { EbbError } from '../../core/errors.js';
import type { ObjectLocation } from '../../core/object-location.js';

const MAX_KEY_BYTES = 1_024;
const BUCKET_NAME = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const IP_ADDRESS = /^\d+\.\d+\.\d+\.\d+$/;

/** Whether S3 would let a general purpose bucket have this name. */
export function isBucketName(name: string): boolean {
  return BUCKET_NAME.test(name) && !name.includes('..') && !IP_ADDRESS.test(name);
}

/** Raises `InvalidRequest` unless `name` follows S3's naming rules for buckets. */
export function requireBucketName(name: string): void {
  if (!isBucketName(name)) throw new EbbError('InvalidRequest', `'${name}' is not a valid bucket name.`);
}

/** Raises `InvalidRequest` unless bucket and key could exist in S3. */
export function requireLocation({ bucket, key }: ObjectLocation): void {
  requireBucketName(bucket);
  // A lone surrogate has no UTF-8 form: two different keys would become one.
  if (key === '' || !key.isWellFormed()) throw new EbbError('InvalidRequest', 'A key is UTF-8 text, not empty.');
  // UTF-8 needs at most three bytes for a UTF-16 unit, so that most keys need no counting.
  if (key.length * 3 > MAX_KEY_BYTES && Buffer.byteLength(key) > MAX_KEY_BYTES) {
    throw new EbbError('InvalidRequest', `Your key is too long: it has more than ${MAX_KEY_BYTES} bytes.`);
  }
}
