import type { SignedService } from '../aws/aws-request.js';
import type { PathRule } from './canonical-request.js';
import { SignatureError } from './signature-flaw.js';
import type { SignedRequest } from './signed-request.js';

/** The rules of one service for signatures. */
export interface SigningRules {
  /** The accepted signing names; the first is the service's own name. */
  readonly names: readonly [string, ...string[]];
  readonly path: PathRule;
  /** The largest accepted difference between the time of signing and now. */
  readonly skewMs: number;
  /** The HTTP status of refusals. */
  readonly status: 400 | 403;
}

const MINUTE_MS = 60_000;

/**
 * S3 and services that once spoke the Query protocol allow 15 minutes; services that have always spoken JSON allow 5
 * minutes.
 */
export const SIGNING_RULES: Readonly<Record<SignedService, SigningRules>> = {
  runtime: { names: ['sagemaker'], path: 'twice', skewMs: 5 * MINUTE_MS, status: 403 },
  control: { names: ['sagemaker'], path: 'twice', skewMs: 5 * MINUTE_MS, status: 400 },
  scaling: { names: ['application-autoscaling'], path: 'twice', skewMs: 5 * MINUTE_MS, status: 400 },
  cloudwatch: { names: ['monitoring'], path: 'twice', skewMs: 15 * MINUTE_MS, status: 403 },
  sns: { names: ['sns'], path: 'twice', skewMs: 15 * MINUTE_MS, status: 403 },
  sqs: { names: ['sqs'], path: 'twice', skewMs: 15 * MINUTE_MS, status: 403 },
  sts: { names: ['sts'], path: 'twice', skewMs: 15 * MINUTE_MS, status: 403 },
  s3: { names: ['s3', 's3-outposts'], path: 'once', skewMs: 15 * MINUTE_MS, status: 403 },
};

/** Raises `SignatureError` unless the request was signed within `skewMs` of now or, if presigned, is still valid. */
export function checkFreshness(signed: SignedRequest, skewMs: number, now: number): void {
  const { signedAt, timestamp, validSeconds } = signed;
  const pastMs = validSeconds === undefined ? skewMs : validSeconds * 1000;
  if (signedAt + pastMs < now) {
    throw new SignatureError({ kind: 'skewed', timestamp, signedAt, now, allowedMs: pastMs });
  }
  if (signedAt - skewMs > now)
    throw new SignatureError({ kind: 'skewed', timestamp, signedAt, now, allowedMs: skewMs });
}

/** Headers that state what was signed, so they need no signature themselves. */
const UNSIGNED = new Set(['x-amz-content-sha256']);

/** Raises `SignatureError` unless the host and all of AWS's own headers are signed. */
export function checkSignedHeaders(signed: SignedRequest, names: Iterable<string>): void {
  const missing = signed.signedHeaders.includes('host') ? [] : ['host'];
  for (const name of names) {
    if (name.startsWith('x-amz-') && !UNSIGNED.has(name) && !signed.signedHeaders.includes(name)) missing.push(name);
  }
  if (missing.length > 0) throw new SignatureError({ kind: 'unsigned-headers', names: missing });
}
