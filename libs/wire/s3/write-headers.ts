import { notImplemented } from './errors.js';
import { type Headers, header } from '../aws/headers.js';

/** Headers that ask for functions that Ebb does not have. Ignoring such a header would promise its function. */
const REFUSED = [
  'x-amz-bucket-object-lock-enabled',
  'x-amz-copy-source-server-side-encryption-customer-algorithm',
  'x-amz-mfa',
  'x-amz-object-lock-legal-hold',
  'x-amz-object-lock-mode',
  'x-amz-object-lock-retain-until-date',
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-tagging',
  'x-amz-website-redirect-location',
  'x-amz-write-offset-bytes',
] as const;

/** Raises `NotImplemented` if the request asks for encryption with the client's key, locks, tags or appending. */
export function refuseUnsupportedHeaders(headers: Headers): void {
  const asked = REFUSED.find((name) => !['', 'false', 'OFF', undefined].includes(header(headers, name)));
  if (asked) throw notImplemented(asked);
}

/**
 * Tells whether a write requires that the object is absent (`If-None-Match: *`). Other conditions on writes raise
 * `NotImplemented`.
 */
export function requiresAbsence(headers: Headers): boolean {
  refuseWriteConditions(headers);
  const ifNoneMatch = header(headers, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
    throw notImplemented('If-None-Match with an entity tag on a write');
  return ifNoneMatch === '*';
}

/** Raises `NotImplemented` for a write that depends on the existing object. */
export function refuseWriteConditions(headers: Headers): void {
  const conditions = ['if-match', 'x-amz-if-match-last-modified-time', 'x-amz-if-match-size'];
  const asked = conditions.find((name) => headers[name] !== undefined);
  if (asked) throw notImplemented(`${asked} on a write`);
}
