import { S3Error, type S3ErrorCode } from './errors.js';
import { type Headers, header } from '../aws/headers.js';

/** The checksums that Ebb can verify, each with its size in bytes. */
export const CHECKSUM_BYTES = { crc32: 4, crc32c: 4, crc64nvme: 8, sha1: 20, sha256: 32 } as const;

/** The name of a checksum that Ebb can verify. */
export type ChecksumAlgorithm = keyof typeof CHECKSUM_BYTES;

/** One claim about a body that must hold before the object appears. */
export interface Claim {
  readonly algorithm: ChecksumAlgorithm | 'md5';
  readonly encoding: 'base64' | 'hex';
  readonly value: string;
  /** The error code if the claim does not hold. */
  readonly otherwise: S3ErrorCode;
}

/** The way that a request sends its content, and its claims about the content. */
export interface Payload {
  /** The length of the content without framing. */
  readonly sizeBytes: number;
  readonly chunked: boolean;
  /** Claims sent in headers. */
  readonly claims: readonly Claim[];
  /** The checksum sent in a header. */
  readonly checksum?: Checksum;
  /** The algorithm of the checksum that a trailer will carry. */
  readonly trailing?: ChecksumAlgorithm;
}

/** A checksum with its algorithm. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly value: string;
}

const CHECKSUM_HEADER = /^x-amz-checksum-(?!mode$|algorithm$|type$)(.+)$/;
const LITERAL_HASH = /^[0-9a-f]{64}$/i;
const STREAMING = /^STREAMING-(?:UNSIGNED-PAYLOAD|AWS4-(?:HMAC|ECDSA-P256)-SHA256-PAYLOAD)(?:-TRAILER)?$/;
const MAX_PUT_BYTES = 5 * 1024 ** 3;

/** Reads the headers that describe a body. Raises S3's errors for claims that cannot be understood. */
export function payloadOf(headers: Headers): Payload {
  const contentHash = header(headers, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const chunked = contentHash.startsWith('STREAMING-') || isAwsChunked(headers);
  const checksum = headerChecksum(headers);
  const trailing = trailerChecksum(headers);
  const announced = headers['x-amz-sdk-checksum-algorithm'] !== undefined;
  if (announced && !checksum && !trailing) {
    throw new S3Error(
      'InvalidRequest',
      'x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* or x-amz-trailer headers were found.',
    );
  }
  if (checksum && trailing) throw severalChecksums();
  return {
    sizeBytes: sizeOf(headers, chunked),
    chunked,
    claims: claimsOf(headers, contentHash, checksum),
    checksum,
    trailing,
  };
}

/** Returns the claim of a checksum in S3's own headers or trailers. */
export function checksumClaim(checksum: Checksum): Claim {
  return { ...checksum, encoding: 'base64', otherwise: 'BadDigest' };
}

/** Reads a checksum. Raises `InvalidRequest` if its text has the wrong form. */
export function readChecksum(algorithm: ChecksumAlgorithm, value: string): Checksum {
  if (base64Bytes(value) === CHECKSUM_BYTES[algorithm]) return { algorithm, value };
  throw new S3Error('InvalidRequest', `Value for x-amz-checksum-${algorithm} header is invalid.`);
}

function claimsOf(headers: Headers, contentHash: string, checksum: Checksum | undefined): Claim[] {
  const claims: Claim[] = checksum ? [checksumClaim(checksum)] : [];
  const contentMd5 = header(headers, 'content-md5');
  if (contentMd5 !== undefined) {
    if (base64Bytes(contentMd5) !== 16)
      throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
    claims.push({ algorithm: 'md5', encoding: 'base64', value: contentMd5, otherwise: 'BadDigest' });
  }
  if (LITERAL_HASH.test(contentHash)) {
    const value = contentHash.toLowerCase();
    // The signed hash is checked first.
    claims.unshift({ algorithm: 'sha256', encoding: 'hex', value, otherwise: 'XAmzContentSHA256Mismatch' });
  } else if (contentHash !== 'UNSIGNED-PAYLOAD' && !STREAMING.test(contentHash)) {
    throw new S3Error(
      'InvalidArgument',
      'x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER or a valid sha256 value.',
      { ArgumentName: 'x-amz-content-sha256', ArgumentValue: contentHash },
    );
  }
  return claims;
}

function sizeOf(headers: Headers, chunked: boolean): number {
  const text = header(headers, chunked ? 'x-amz-decoded-content-length' : 'content-length');
  if (text === undefined || !/^\d{1,15}$/.test(text)) {
    throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');
  }
  const sizeBytes = Number(text);
  if (sizeBytes <= MAX_PUT_BYTES) return sizeBytes;
  throw new S3Error('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size', {
    ProposedSize: sizeBytes,
    MaxSizeAllowed: MAX_PUT_BYTES,
  });
}

function headerChecksum(headers: Headers): Checksum | undefined {
  const names = Object.keys(headers).filter((name) => CHECKSUM_HEADER.test(name));
  if (names.length > 1) throw severalChecksums();
  const name = names[0];
  return name === undefined ? undefined : readChecksum(algorithmOf(name), header(headers, name) ?? '');
}

function trailerChecksum(headers: Headers): ChecksumAlgorithm | undefined {
  const name = header(headers, 'x-amz-trailer')?.trim().toLowerCase();
  return name === undefined ? undefined : algorithmOf(name);
}

/** Refuses a checksum that Ebb cannot verify, because accepting it would promise a check that Ebb does not make. */
function algorithmOf(name: string): ChecksumAlgorithm {
  const algorithm = CHECKSUM_HEADER.exec(name)?.[1] ?? '';
  if (Object.hasOwn(CHECKSUM_BYTES, algorithm)) return algorithm as ChecksumAlgorithm;
  const known = Object.keys(CHECKSUM_BYTES).join(', ');
  throw new S3Error('InvalidRequest', `Ebb cannot verify ${name}: use one of ${known}.`);
}

function severalChecksums(): S3Error {
  return new S3Error(
    'InvalidRequest',
    'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.',
  );
}

function isAwsChunked(headers: Headers): boolean {
  return (header(headers, 'content-encoding') ?? '').split(',').some((one) => one.trim() === 'aws-chunked');
}

/** Returns the number of bytes that the base64 text stands for; -1 if it is not base64. */
function base64Bytes(text: string): number {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return -1;
  return (text.length / 4) * 3 - (text.length - text.replace(/=+$/, '').length);
}
