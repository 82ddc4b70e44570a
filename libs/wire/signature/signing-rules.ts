import type { SignedService } from '../aws/aws-request.js';
import type { PathRule } from './canonical-request.js';
import { SignatureError } from './signature-flaw.js';
import type { SignedRequest } from './signed-request.js';

/** What a service wants of signatures. */
export interface SigningRules {
  /** The names that it may be signed for; the first is what it calls itself. */
  readonly names: readonly [string, ...string[]];
  readonly path: PathRule;
  /** How far from now a request may have been signed. */
  readonly skewMs: number;
  /** The status of refusals. */
  readonly status: 400 | 403;
}

const MINUTE_MS = 60_000;

/** S3, and what once spoke the Query protocol, allow a quarter of an hour; what has always spoken JSON, five minutes. */
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

/** Raises `SignatureError` unless the request was signed lately, or, presigned, is still good. */
export function checkFreshness(signed: SignedRequest, skewMs: number, now: number): void {
  const { signedAt, timestamp, validSeconds } = signed;
  const pastMs = validSeconds === undefined ? skewMs : validSeconds * 1000;
  if (signedAt + pastMs < now) {
    throw new SignatureError({ kind: 'skewed', timestamp, signedAt, now, allowedMs: pastMs });
  }
  if (signedAt - skewMs > now)
    throw new SignatureError({ kind: 'skewed', timestamp, signedAt, now, allowedMs: skewMs });
}

/** Headers that tell what was signed, so that they need not be signed themselves. */
const UNSIGNED = new Set(['x-amz-content-sha256']);

/** Raises `SignatureError` unless the host and every header of AWS's own is signed. */
export function checkSignedHeaders(signed: SignedRequest, names: Iterable<string>): void {
  const missing = signed.signedHeaders.includes('host') ? [] : ['host'];
  for (const name of names) {
    if (name.startsWith('x-amz-') && !UNSIGNED.has(name) && !signed.signedHeaders.includes(name)) missing.push(name);
  }
  if (missing.length > 0) throw new SignatureError({ kind: 'unsigned-headers', names: missing });
}
