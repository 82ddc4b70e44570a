import { SignatureError } from '../../signature/signature-flaw.js';
import type { SignedRequest } from '../../signature/signed-request.js';
import { EMPTY_HASH } from '../../signature/string-to-sign.js';
import { S3Error, notImplemented } from '../errors.js';
import { type Headers, header } from '../../aws/headers.js';

/** The header that states the hash of the signed body. */
export const CONTENT_HASH_HEADER = 'x-amz-content-sha256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const SIGNED_CHUNKS = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/;

/**
 * Returns what a request states about its signed body: a hash, or another kind of signing. A presigned URL usually
 * leaves the body unsigned. Raises `SignatureError`.
 */
export function signedPayload(
  { placement, signedHeaders }: Pick<SignedRequest, 'placement' | 'signedHeaders'>,
  headers: Headers,
  query: URLSearchParams,
): string {
  const stated = header(headers, CONTENT_HASH_HEADER);
  if (placement === 'header') {
    if (stated === undefined) throw new SignatureError({ kind: 'unhashed' });
    return stated;
  }
  if (stated !== undefined && signedHeaders.includes(CONTENT_HASH_HEADER)) return stated;
  return query.get('X-Amz-Content-Sha256') ?? UNSIGNED;
}

/**
 * Returns whether the trailing headers of a body with signed chunks are signed too; undefined if the chunks are not
 * signed. Raises `NotImplemented` for signatures that Ebb cannot verify.
 */
export function chunkSignaturesOf(payload: string): { readonly hasTrailers: boolean } | undefined {
  if (payload.startsWith('STREAMING-AWS4-ECDSA-')) throw notImplemented('chunk signatures other than HMAC');
  const match = SIGNED_CHUNKS.exec(payload);
  return match ? { hasTrailers: match[1] !== undefined } : undefined;
}

/**
 * Raises `XAmzContentSHA256Mismatch` if a body was signed but none was sent, because no later step reads and checks it.
 */
export function checkBodyIsThere(payload: string, headers: Headers): void {
  if (!/^[0-9a-f]{64}$/i.test(payload) || payload.toLowerCase() === EMPTY_HASH) return;
  if (headers['transfer-encoding'] !== undefined || Number(header(headers, 'content-length') ?? 0) > 0) return;
  throw contentHashMismatch(payload, EMPTY_HASH);
}

/** Returns the error for a body that differs from the signed hash. */
export function contentHashMismatch(claimed: string, computed: string): S3Error {
  return new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed },
  );
}
