import { createHash, randomBytes } from 'node:crypto';

/**
 * The largest content whose etag is its MD5. Beyond it the etag is opaque, because the MD5 of a large object costs more
 * than copying it.
 */
export const MAX_HASHED_BYTES = 16 * 1024 * 1024;

/** Computes the etag of content chunk by chunk: the MD5, or for large content a random text that ends in `-1`. */
export class ContentEtag {
  readonly #hash = createHash('md5');
  #sizeBytes = 0;

  update(chunk: Uint8Array): void {
    this.#sizeBytes += chunk.length;
    if (this.#sizeBytes <= MAX_HASHED_BYTES) this.#hash.update(chunk);
  }

  digest(): string {
    return this.#sizeBytes <= MAX_HASHED_BYTES ? this.#hash.digest('hex') : `${randomBytes(16).toString('hex')}-1`;
  }
}

/**
 * Returns the etag of an object made of parts, as S3 computes it: the MD5 of the parts' MD5s, a dash and the number of
 * parts.
 */
export function multipartEtag(partEtags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of partEtags) hash.update(Buffer.from(etag.slice(0, 32), 'hex'));
  return `${hash.digest('hex')}-${partEtags.length}`;
}
