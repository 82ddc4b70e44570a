import { type Hash, type KeyObject, createHash, hash } from 'node:crypto';
import type { ChunkWatch } from '../../../../libs/wire/s3/signing/chunked-body.js';
import { chunkMismatch } from '../../../../libs/wire/s3/signing/signature-refusal.js';
import type { SignedRequest } from '../../../../libs/wire/signature/signed-request.js';
import { chunkStringToSign, trailerStringToSign } from '../../../../libs/wire/signature/string-to-sign.js';
import { isSignatureOf } from './is-signature-of.js';

const TRAILER_SIGNATURE = 'x-amz-trailer-signature';

/**
 * Verifies a body in signed chunks while it streams. Each chunk's signature covers its bytes and the signature before
 * it; the first one before is the request's own. Raises `SignatureDoesNotMatch` at the end of the first chunk that was
 * changed.
 */
export class SignedChunks implements ChunkWatch {
  private previous: string;
  private signature = '';
  private content: Hash | undefined;

  constructor(
    private readonly signed: Pick<SignedRequest, 'scope' | 'timestamp' | 'signature'>,
    private readonly key: KeyObject,
    /** Whether trailers follow the last chunk, with a signature of their own. */
    private readonly hasTrailers: boolean,
  ) {
    this.previous = signed.signature;
  }

  begin(signature: string | undefined): void {
    if (signature === undefined) throw chunkMismatch();
    this.signature = signature;
    this.content = createHash('sha256');
  }

  data(bytes: Uint8Array): void {
    this.content!.update(bytes);
  }

  end(): void {
    this.check(chunkStringToSign(this.signed, this.previous, this.content!.digest('hex')), this.signature);
  }

  finish(trailers: ReadonlyMap<string, string>): void {
    const signature = trailers.get(TRAILER_SIGNATURE);
    const rest = [...trailers].filter(([name]) => name !== TRAILER_SIGNATURE);
    if (!this.hasTrailers) {
      if (trailers.size > 0) throw chunkMismatch();
      return;
    }
    const lines = rest.map(([name, value]) => `${name}:${value}\n`).join('');
    this.check(trailerStringToSign(this.signed, this.previous, hash('sha256', lines)), signature ?? '');
  }

  private check(stringToSign: string, signature: string): void {
    if (!isSignatureOf(stringToSign, signature, this.key)) throw chunkMismatch();
    this.previous = signature;
  }
}
