import type { ListOptions, ObjectListing } from '../../../core/ports/objects.js';
import { ownerElement } from './bucket-documents.js';
import { S3Error } from '../errors.js';
import { nameEncoder, queryNumber } from '../query.js';
import { element, isoTime, optionalElement, s3Document, type Xml } from '../xml.js';

const MAX_KEYS = 1000;

/** The request of either version of ListObjects. */
export interface ListRequest {
  readonly version: 1 | 2;
  readonly options: ListOptions & { readonly limit: number };
  readonly query: URLSearchParams;
}

/** Reads ListObjects; the next page begins after `marker`, which is a key. */
export function parseList(query: URLSearchParams): ListRequest {
  return { version: 1, options: { ...common(query), after: query.get('marker') || undefined }, query };
}

/** Reads ListObjectsV2; the next page begins after an opaque token, which outranks `start-after`. */
export function parseListV2(query: URLSearchParams): ListRequest {
  const listType = query.get('list-type');
  if (listType !== '2') throw wrong('list-type', listType, 'Invalid List Type specified in Request');
  const token = query.get('continuation-token');
  if (token === '') throw wrong('continuation-token', token, 'The continuation token provided is incorrect');
  const after = token === null ? query.get('start-after') : readToken(token);
  return { version: 2, options: { ...common(query), after: after || undefined }, query };
}

/** Writes the answer to either version. */
export function formatList(bucket: string, request: ListRequest, listing: ObjectListing): string {
  const { query, options } = request;
  const encode = nameEncoder(query);
  return s3Document(
    'ListBucketResult',
    element('Name', bucket),
    element('Prefix', encode(query.get('prefix') ?? '')),
    optionalElement('Delimiter', mapped(query.get('delimiter'), encode)),
    element('MaxKeys', options.limit),
    optionalElement('EncodingType', query.get('encoding-type') ?? undefined),
    element('IsTruncated', listing.next !== undefined),
    ...(request.version === 1 ? pagesV1(query, encode, listing) : pagesV2(query, encode, listing)),
    ...contents(listing, encode, request.version === 1 || query.get('fetch-owner') === 'true'),
    ...listing.commonPrefixes.map((prefix) => element('CommonPrefixes', element('Prefix', encode(prefix)))),
  );
}

function pagesV1(query: URLSearchParams, encode: (name: string) => string, { next }: ObjectListing): Xml[] {
  return [element('Marker', encode(query.get('marker') ?? '')), optionalElement('NextMarker', mapped(next, encode))];
}

function pagesV2(query: URLSearchParams, encode: (name: string) => string, listing: ObjectListing): Xml[] {
  return [
    element('KeyCount', listing.objects.length + listing.commonPrefixes.length),
    optionalElement('ContinuationToken', query.get('continuation-token') ?? undefined),
    optionalElement('StartAfter', mapped(query.get('start-after'), encode)),
    optionalElement('NextContinuationToken', mapped(listing.next, writeToken)),
  ];
}

function contents(listing: ObjectListing, encode: (name: string) => string, withOwner: boolean): Xml[] {
  return listing.objects.map((object) =>
    element(
      'Contents',
      element('Key', encode(object.key)),
      element('LastModified', isoTime(object.modifiedAt)),
      element('ETag', `"${object.etag}"`),
      element('Size', object.sizeBytes),
      ...(withOwner ? [ownerElement('Owner')] : []),
      element('StorageClass', 'STANDARD'),
    ),
  );
}

function common(query: URLSearchParams): ListOptions & { limit: number } {
  // An unknown encoding is refused before anything is listed.
  nameEncoder(query);
  return {
    prefix: query.get('prefix') || undefined,
    delimiter: query.get('delimiter') || undefined,
    limit: queryNumber(query, 'max-keys', MAX_KEYS),
  };
}

/** The token is the last name of the page, in hexadecimal UTF-8 so that clients do not take it for a key. */
function writeToken(next: string): string {
  return Array.from(new TextEncoder().encode(next), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

function readToken(token: string): string {
  try {
    if (!/^(?:[0-9a-f]{2}){1,2048}$/.test(token)) throw new RangeError('The token is not hexadecimal.');
    const bytes = Uint8Array.from(token.match(/../g)!, (pair) => Number.parseInt(pair, 16));
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw wrong('continuation-token', token, 'The continuation token provided is incorrect', { cause });
  }
}

function mapped(value: string | null | undefined, by: (text: string) => string): string | undefined {
  return value === null || value === undefined ? undefined : by(value);
}

function wrong(name: string, value: string | null, message: string, options?: { cause: unknown }): S3Error {
  return new S3Error('InvalidArgument', message, { ArgumentName: name, ArgumentValue: value ?? '' }, options);
}
