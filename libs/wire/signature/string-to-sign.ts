import { ALGORITHM, type Scope, type SignedRequest } from './signed-request.js';

/** SHA-256 of no bytes at all. */
export const EMPTY_HASH = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

type Signing = Pick<SignedRequest, 'scope' | 'timestamp'>;

/** What the signature of a request signs. Hashes are in hexadecimal. */
export function stringToSign({ scope, timestamp }: Signing, canonicalRequestHash: string): string {
  return `${ALGORITHM}\n${timestamp}\n${scopeText(scope)}\n${canonicalRequestHash}`;
}

/** What the signature of one chunk of a body signs; each chunk vouches for all before it, up to the request's head. */
export function chunkStringToSign({ scope, timestamp }: Signing, previous: string, dataHash: string): string {
  return `${ALGORITHM}-PAYLOAD\n${timestamp}\n${scopeText(scope)}\n${previous}\n${EMPTY_HASH}\n${dataHash}`;
}

/** What the signature of the headers behind a chunked body signs. */
export function trailerStringToSign({ scope, timestamp }: Signing, previous: string, trailersHash: string): string {
  return `${ALGORITHM}-TRAILER\n${timestamp}\n${scopeText(scope)}\n${previous}\n${trailersHash}`;
}

function scopeText({ date, region, service }: Scope): string {
  return `${date}/${region}/${service}/aws4_request`;
}
