import type { RawRequest } from '../../signature/canonical-request.js';
import { bucketOfHost } from '../address.js';
import { type Headers, header } from '../../aws/headers.js';

/** A presigned URL with Signature V2, which boto3 still makes by default. */
export interface PresignedV2 {
  readonly accessKeyId: string;
  /** An HMAC-SHA1, in base64. */
  readonly signature: string;
  readonly sessionToken?: string;
}

/** Reads the V2 signature in a query; undefined if there is none. No part of it has been verified. */
export function readPresignedV2(query: URLSearchParams): PresignedV2 | undefined {
  const accessKeyId = query.get('AWSAccessKeyId');
  const signature = query.get('Signature');
  if (!accessKeyId || !signature || !query.has('Expires')) return undefined;
  return { accessKeyId, signature, sessionToken: query.get('x-amz-security-token') ?? undefined };
}

/** Query parameters that are signed, because they decide which operation a request calls. */
const SIGNED_PARAMETER = new RegExp(
  '^(?:accelerate|acl|cors|defaultObjectAcl|delete|encryption|lifecycle|location|logging|notification|object-lock|' +
    'partNumber|policy|replication|requestPayment|restore|tagging|torrent|uploadId|uploads|versionId|versioning|versions|' +
    'website|response-[a-z-]+)$',
);

/** Returns the text that the V2 signature of a presigned URL signs. */
export function stringToSignV2(
  { method, url }: Pick<RawRequest, 'method' | 'url'>,
  headers: Headers,
  query: URLSearchParams,
): string {
  const signed = (name: string): string => header(headers, name) ?? query.get(name) ?? '';
  const head = [method, signed('content-md5'), signed('content-type'), query.get('Expires')].join('\n');
  return `${head}\n${amazonHeaders(headers, query)}${resource(url, headers, query)}`;
}

function amazonHeaders(headers: Headers, query: URLSearchParams): string {
  const found = new Map<string, string>();
  for (const [name, value] of query) if (name.startsWith('x-amz-')) found.set(name, value);
  for (const name of Object.keys(headers)) if (name.startsWith('x-amz-')) found.set(name, header(headers, name)!);
  return [...found]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}:${value.trim()}\n`)
    .join('');
}

function resource(url: string, headers: Headers, query: URLSearchParams): string {
  const path = url.replace(/^https?:\/\/[^/?]*/i, '').split('?', 1)[0] || '/';
  const bucket = bucketOfHost(header(headers, 'host'));
  const parameters = [...query]
    .filter(([name]) => SIGNED_PARAMETER.test(name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return `${bucket === undefined ? '' : `/${bucket}`}${path}${parameters.length > 0 ? `?${parameters.join('&')}` : ''}`;
}
