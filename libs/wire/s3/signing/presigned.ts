import { S3Error } from '../errors.js';
import { badDate, badValidity } from './signature-refusal.js';
import { isoTime } from '../xml.js';

const MAX_EXPIRES_SECONDS = 604_800;
/** How far ahead of now a URL may have been signed, because clocks differ. */
const MAX_AHEAD_MS = 900_000;

/**
 * Raises `AccessDenied` if a presigned URL has expired or is not valid yet. Raises an error of its parameters if they
 * are wrong.
 */
export function checkExpiry(query: URLSearchParams, now: number): void {
  if (query.has('X-Amz-Signature')) checkExpiryV4(query, now);
  else checkExpiryV2(query, now);
}

function checkExpiryV4(query: URLSearchParams, now: number): void {
  const date = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(query.get('X-Amz-Date') ?? '');
  const signedAt = date ? Date.parse(`${date[1]}-${date[2]}-${date[3]}T${date[4]}:${date[5]}:${date[6]}Z`) : Number.NaN;
  if (Number.isNaN(signedAt)) throw badDate();
  const seconds = query.get('X-Amz-Expires') ?? '';
  if (!/^\d{1,9}$/.test(seconds) || Number(seconds) > MAX_EXPIRES_SECONDS) throw badValidity(seconds);
  const expiresAt = signedAt + Number(seconds) * 1000;
  if (now >= expiresAt) throw expired(expiresAt, now, { 'X-Amz-Expires': seconds });
  if (signedAt > now + MAX_AHEAD_MS) throw new S3Error('AccessDenied', 'Request is not valid yet');
}

/** Signature V2 states the time of expiry itself, in seconds since the epoch. */
function checkExpiryV2(query: URLSearchParams, now: number): void {
  const seconds = query.get('Expires');
  if (seconds === null) return;
  if (!/^\d{1,12}$/.test(seconds)) {
    throw new S3Error('AccessDenied', `Invalid date (should be seconds since epoch): ${seconds}`);
  }
  const expiresAt = Number(seconds) * 1000;
  if (now >= expiresAt) throw expired(expiresAt, now);
}

function expired(expiresAt: number, now: number, details: Readonly<Record<string, string>> = {}): S3Error {
  const times = { Expires: isoTime(expiresAt), ServerTime: isoTime(now) };
  return new S3Error('AccessDenied', 'Request has expired', { ...details, ...times });
}
