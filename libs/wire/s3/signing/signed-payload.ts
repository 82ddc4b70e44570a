import { SignatureError } from '../../signature/signature-flaw.js';
import type { SignedRequest } from '../../signature/signed-request.js';
import { EMPTY_HASH } from '../../signature/string-to-sign.js';
import { S3Error, notImplemented } from '../errors.js';
import { type Headers, header } from '../../aws/headers.js';

export const CONTENT_HASH_HEADER = 'x-amz-content-sha256';
const UNSIGNED = 'UNSIGNED-PAYLOAD';
const SIGNED_CHUNKS = /^STREAMING-AWS4-HMAC-SHA256-PAYLOAD(-TRAILER)?$/;

/**
 * What a request says was signed of its body: a hash, or how else it can be told. A presigned address mostly leaves the
 * body open. Raises `SignatureError`.
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
 * Whether each chunk of such a body has a signature of its own, and the headers behind it too. Raises `NotImplemented` for
 * signatures that nobody here can verify.
 */
export function chunkSignaturesOf(payload: string): { readonly hasTrailers: boolean } | undefined {
  if (payload.startsWith('STREAMING-AWS4-ECDSA-'))
    throw notImplemented('chunks with signatures of another kind than HMAC');
  const match = SIGNED_CHUNKS.exec(payload);
  return match ? { hasTrailers: match[1] !== undefined } : undefined;
}

/** Raises `XAmzContentSHA256Mismatch` where a body was signed and none was sent: nobody would read it to find out. */
export function checkBodyIsThere(payload: string, headers: Headers): void {
  if (!/^[0-9a-f]{64}$/i.test(payload) || payload.toLowerCase() === EMPTY_HASH) return;
  if (headers['transfer-encoding'] !== undefined || Number(header(headers, 'content-length') ?? 0) > 0) return;
  throw contentHashMismatch(payload, EMPTY_HASH);
}

/** A body is not the one whose hash was signed. */
export function contentHashMismatch(claimed: string, computed: string): S3Error {
  return new S3Error(
    'XAmzContentSHA256Mismatch',
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    { ClientComputedContentSHA256: claimed, S3ComputedContentSHA256: computed },
  );
}
