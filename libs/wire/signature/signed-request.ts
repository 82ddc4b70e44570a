import { type Headers, header } from '../aws/headers.js';
import { type CredentialFlaw, type Placement, SignatureError, type SignatureFlaw } from './signature-flaw.js';

/** The scope of a signature: one day, one region, one service. */
export interface Scope {
  /** `yyyyMMdd`. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

/** The parts of a request that state its signature. None of them has been verified. */
export interface SignedRequest {
  readonly placement: Placement;
  readonly accessKeyId: string;
  readonly scope: Scope;
  /** `yyyyMMdd'T'HHmmss'Z'`, as signed. */
  readonly timestamp: string;
  readonly signedAt: number;
  /** In lower case, in the order of signing. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** The session token of temporary credentials. */
  readonly sessionToken?: string;
  /** How long after `signedAt` a presigned request is valid; absent if it does not say. */
  readonly validSeconds?: number;
}

/** The algorithm of Signature V4. */
export const ALGORITHM = 'AWS4-HMAC-SHA256';
const TERMINATOR = 'aws4_request';
const COMPONENTS = ['Credential', 'Signature', 'SignedHeaders'] as const;
const MAX_VALID_SECONDS = 604_800;

/**
 * Reads the signature in the `Authorization` header. `services` are the accepted signing names. Raises
 * `SignatureError`.
 */
export function readAuthorization(authorization: string, headers: Headers, services: readonly string[]): SignedRequest {
  const placement = 'header';
  const [algorithm, rest] = cut(authorization.trim(), ' ');
  if (algorithm !== ALGORITHM) refuse({ kind: 'algorithm', placement, got: rest === '' ? '' : algorithm });
  const components = new Map(rest.split(',').map(readComponent));
  const missing: string[] = COMPONENTS.filter((name) => !components.get(name));
  if (missing.length > 0) refuse({ kind: 'incomplete', placement, missing });
  const timestamp = timestampOf(headers);
  const signedAt = momentOf(timestamp, placement);
  return {
    placement,
    ...readCredential(components.get('Credential')!, timestamp, services, placement),
    timestamp,
    signedAt,
    signedHeaders: components.get('SignedHeaders')!.toLowerCase().split(';'),
    signature: components.get('Signature')!,
    sessionToken: header(headers, 'x-amz-security-token'),
  };
}

const QUERY_PARTS = ['Algorithm', 'Credential', 'Signature', 'Date', 'SignedHeaders'] as const;

/** Reads the signature in the query of a presigned URL. Raises `SignatureError`. */
export function readPresigned(query: URLSearchParams, services: readonly string[]): SignedRequest {
  const placement = 'query';
  const part = (name: string): string => query.get(`X-Amz-${name}`) ?? '';
  const missing = QUERY_PARTS.filter((name) => part(name) === '').map((name) => `X-Amz-${name}`);
  if (missing.length > 0) refuse({ kind: 'incomplete', placement, missing });
  if (part('Algorithm') !== ALGORITHM) refuse({ kind: 'algorithm', placement, got: part('Algorithm') });
  const timestamp = part('Date');
  const signedAt = momentOf(timestamp, placement);
  return {
    placement,
    ...readCredential(part('Credential'), timestamp, services, placement),
    timestamp,
    signedAt,
    signedHeaders: part('SignedHeaders').toLowerCase().split(';'),
    signature: part('Signature'),
    sessionToken: query.get('X-Amz-Security-Token') ?? undefined,
    validSeconds: validSecondsOf(query.get('X-Amz-Expires')),
  };
}

function readComponent(text: string): [string, string] {
  const [name, value] = cut(text.trim(), '=');
  if (value === '') refuse({ kind: 'component', got: text.trim() });
  return [name, value];
}

function readCredential(
  text: string,
  timestamp: string,
  services: readonly string[],
  placement: Placement,
): Pick<SignedRequest, 'accessKeyId' | 'scope'> {
  const wrong = (flaw: CredentialFlaw): never => refuse({ kind: 'credential', placement, flaw });
  const parts = text.split('/');
  const [accessKeyId, date, region, service, terminator] = parts as [string, string, string, string, string];
  if (parts.length !== 5 || parts.includes('')) wrong({ part: 'shape', got: text });
  if (!/^\d{8}$/.test(date)) wrong({ part: 'date', got: date });
  if (terminator !== TERMINATOR) wrong({ part: 'terminator', got: terminator });
  if (!services.includes(service)) wrong({ part: 'service', got: service, expected: services[0]! });
  if (timestamp.slice(0, 8) !== date) wrong({ part: 'day', got: date, timestamp });
  return { accessKeyId, scope: { date, region, service } };
}

function timestampOf(headers: Headers): string {
  const basic = header(headers, 'x-amz-date');
  if (basic !== undefined) return basic;
  const date = header(headers, 'date');
  const moment = date === undefined ? Number.NaN : Date.parse(date);
  if (Number.isNaN(moment)) return date ?? refuse({ kind: 'undated', placement: 'header' });
  return toTimestamp(moment);
}

const TIMESTAMP = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

function momentOf(timestamp: string, placement: Placement): number {
  const moment = Date.parse(timestamp.replace(TIMESTAMP, '$1-$2-$3T$4:$5:$6Z'));
  if (TIMESTAMP.test(timestamp) && !Number.isNaN(moment)) return moment;
  return refuse({ kind: 'undated', placement, got: timestamp });
}

/** Returns a time in the form that signatures use. */
export function toTimestamp(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function validSecondsOf(text: string | null): number | undefined {
  if (text === null) return undefined;
  if (/^\d{1,9}$/.test(text) && Number(text) <= MAX_VALID_SECONDS) return Number(text);
  return refuse({ kind: 'validity', got: text });
}

function refuse(flaw: SignatureFlaw): never {
  throw new SignatureError(flaw);
}

function cut(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}
