import { ALGORITHM, type Scope, type SignedRequest } from './signed-request.js';

/** The SHA-256 hash of no bytes. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type Signing = Pick<SignedRequest, 'scope' | 'timestamp'>;

/** Returns the text that the signature of a request signs. Hashes are in hexadecimal. */
export function stringToSign({ scope, timestamp }: Signing, canonicalRequestHash: string): string {
  return `${ALGORITHM}\n${timestamp}\n${scopeText(scope)}\n${canonicalRequestHash}`;
}

/**
 * Returns the text that the signature of one chunk of a body signs. Each chunk covers all chunks before it and the head
 * of the request.
 */
export function chunkStringToSign({ scope, timestamp }: Signing, previous: string, dataHash: string): string {
  return `${ALGORITHM}-PAYLOAD\n${timestamp}\n${scopeText(scope)}\n${previous}\n${EMPTY_HASH}\n${dataHash}`;
}

/** Returns the text that the signature of a chunked body's trailing headers signs. */
export function trailerStringToSign({ scope, timestamp }: Signing, previous: string, trailersHash: string): string {
  return `${ALGORITHM}-TRAILER\n${timestamp}\n${scopeText(scope)}\n${previous}\n${trailersHash}`;
}

function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}
