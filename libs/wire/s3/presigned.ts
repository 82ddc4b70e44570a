import { S3Error } from './errors.js';
import { isoTime } from './xml.js';

const MAX_EXPIRES_SECONDS = 604_800;

/** Raises `AccessDenied` when a presigned URL is past its time, and an error of the parameters where they are wrong. */
export function checkExpiry(query: URLSearchParams, now: number): void {
  const expiresAt = query.has('X-Amz-Signature') ? expiryV4(query) : expiryV2(query);
  if (expiresAt === undefined || now < expiresAt) return;
  throw new S3Error('AccessDenied', 'Request has expired', { Expires: isoTime(expiresAt), ServerTime: isoTime(now) });
}

function expiryV4(query: URLSearchParams): number {
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const signedAt = date ? Date.parse(`${date[1]}-${date[2]}-${date[3]}T${date[4]}:${date[5]}:${date[6]}Z`) : Number.NaN;
  if (Number.isNaN(signedAt)) {
    throw wrong("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  const seconds = query.get('X-Amz-Expires') ?? '';
  if (!/^\d{1,9}$/.test(seconds)) throw wrong('X-Amz-Expires should be a number');
  if (Number(seconds) > MAX_EXPIRES_SECONDS) throw wrong('X-Amz-Expires must be less than a week (in seconds)');
  return signedAt + Number(seconds) * 1000;
}

/** Signature V2 states the moment itself, in seconds. */
function expiryV2(query: URLSearchParams): number | undefined {
  const seconds = query.get('Expires');
  if (seconds === null) return undefined;
  if (!/^\d{1,12}$/.test(seconds))
    throw new S3Error('AccessDenied', `Invalid date (should be seconds since epoch): ${seconds}`);
  return Number(seconds) * 1000;
}

function wrong(message: string): S3Error {
  return new S3Error('AuthorizationQueryParametersError', message);
}
