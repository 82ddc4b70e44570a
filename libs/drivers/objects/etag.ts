import { createHash, randomBytes } from 'node:crypto';

/** Beyond this size an etag is opaque: the MD5 of a large object costs more than copying it. */
export const MAX_HASHED_BYTES = 16 * 1024 * 1024;

/** Makes the etag of content that goes by: its MD5, or a random one ending in `-1` when the content is large. */
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

/** The etag of an object made of parts, as S3 computes it: the MD5 of the parts' MD5s, and how many they were. */
export function multipartEtag(partEtags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of partEtags) hash.update(Buffer.from(etag.slice(0, 32), 'hex'));
  return `${hash.digest('hex')}-${partEtags.length}`;
}
