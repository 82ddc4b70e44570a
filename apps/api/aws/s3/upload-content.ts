import type { IncomingMessage } from 'node:http';
import { ChunkedBody, type ChunkWatch } from '../../../../libs/wire/s3/signing/chunked-body.js';
import { S3Error } from '../../../../libs/wire/s3/errors.js';
import {
  type Checksum,
  type Claim,
  checksumClaim,
  type Payload,
  payloadOf,
  readChecksum,
} from '../../../../libs/wire/s3/payload.js';
import { contentHashMismatch } from '../../../../libs/wire/s3/signing/signed-payload.js';
import { type RunningChecksum, startChecksum } from './running-checksum.js';

/**
 * The content of a request as it arrives, without framing. It ends only after its length and every checksum that was
 * claimed are verified. Otherwise it raises S3's error instead of ending, so that the reader stores nothing. It is not
 * buffered, and can be read once.
 */
export class UploadContent implements AsyncIterable<Uint8Array> {
  readonly payload: Payload;
  #checksum?: Checksum;

  constructor(
    private readonly message: IncomingMessage,
    /** Verifies the chunks if each has a signature. */
    private readonly chunkWatch?: ChunkWatch,
  ) {
    this.payload = payloadOf(message.headers);
    this.#checksum = this.payload.checksum;
  }

  /** The checksum that the client sent. A checksum in a trailer is known only after the content has been read. */
  get checksum(): Checksum | undefined {
    return this.#checksum;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    const { sizeBytes, claims, trailing } = this.payload;
    const checksums = startChecksums([...claims.map(({ algorithm }) => algorithm), ...(trailing ? [trailing] : [])]);
    const chunked = this.payload.chunked ? new ChunkedBody(this.chunkWatch) : undefined;
    let received = 0;
    for await (const bytes of bytesOf(this.message)) {
      for (const piece of chunked ? chunked.push(bytes) : [bytes]) {
        received += piece.length;
        if (received > sizeBytes) throw incomplete(sizeBytes, received);
        for (const checksum of checksums.values()) checksum.update(piece);
        yield piece;
      }
    }
    chunked?.finish();
    if (received !== sizeBytes) throw incomplete(sizeBytes, received);
    await verify([...claims, ...this.#trailingClaims(chunked)], checksums);
  }

  #trailingClaims(chunked: ChunkedBody | undefined): Claim[] {
    const { trailing } = this.payload;
    if (!trailing) return [];
    const value = chunked?.trailers.get(`x-amz-checksum-${trailing}`);
    if (value === undefined) {
      throw new S3Error(
        'MalformedTrailerError',
        `The trailing header x-amz-checksum-${trailing} was announced but not sent.`,
      );
    }
    this.#checksum = readChecksum(trailing, value);
    return [checksumClaim(this.#checksum)];
  }
}

// Stopping early must not destroy the request, because its connection still carries the answer.
function bytesOf(message: IncomingMessage): AsyncIterable<Uint8Array> {
  return message.iterator({ destroyOnReturn: false });
}

function startChecksums(algorithms: readonly Claim['algorithm'][]): Map<Claim['algorithm'], RunningChecksum> {
  return new Map([...new Set(algorithms)].map((algorithm) => [algorithm, startChecksum(algorithm)]));
}

async function verify(claims: readonly Claim[], checksums: Map<Claim['algorithm'], RunningChecksum>): Promise<void> {
  const computed = new Map<Claim['algorithm'], Buffer>();
  for (const [algorithm, checksum] of checksums) computed.set(algorithm, Buffer.from(await checksum.digest()));
  for (const { algorithm, encoding, value, otherwise } of claims) {
    const actual = computed.get(algorithm)!.toString(encoding);
    if (actual !== value) throw mismatch(algorithm, otherwise, value, actual);
  }
}

function mismatch(algorithm: string, code: Claim['otherwise'], claimed: string, actual: string): S3Error {
  if (code === 'XAmzContentSHA256Mismatch') return contentHashMismatch(claimed, actual);
  const name = algorithm === 'md5' ? 'Content-MD5' : algorithm.toUpperCase();
  return new S3Error(code, `The ${name} you specified did not match the calculated checksum.`, {
    ExpectedDigest: claimed,
    CalculatedDigest: actual,
  });
}

function incomplete(expected: number, received: number): S3Error {
  return new S3Error(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
    { NumberBytesExpected: expected, NumberBytesProvided: received },
  );
}
