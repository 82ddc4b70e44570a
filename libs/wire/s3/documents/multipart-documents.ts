import type { ObjectLocation } from '../../../core/object-location.js';
import type { MultipartUpload, UploadedPart } from '../../../core/ports/objects.js';
import { ownerElement } from './bucket-documents.js';
import { nameEncoder, queryNumber } from '../query.js';
import { element, isoTime, optionalElement, s3Document } from '../xml.js';

const MAX_LISTED = 1000;

/** Writes the answer to CreateMultipartUpload. */
export function formatUpload(location: ObjectLocation, uploadId: string): string {
  return s3Document(
    'InitiateMultipartUploadResult',
    element('Bucket', location.bucket),
    element('Key', location.key),
    element('UploadId', uploadId),
  );
}

/** Writes the answer to CompleteMultipartUpload. */
export function formatCompletion(location: ObjectLocation, address: string, etag: string): string {
  return s3Document(
    'CompleteMultipartUploadResult',
    element('Location', address),
    element('Bucket', location.bucket),
    element('Key', location.key),
    element('ETag', `"${etag}"`),
  );
}

/** Writes one page of ListParts, cut from all parts. */
export function formatParts(
  location: ObjectLocation,
  uploadId: string,
  parts: readonly UploadedPart[],
  query: URLSearchParams,
): string {
  const limit = queryNumber(query, 'max-parts', MAX_LISTED);
  const after = queryNumber(query, 'part-number-marker', 0, Number.MAX_SAFE_INTEGER);
  const rest = parts.filter(({ number }) => number > after).sort((one, other) => one.number - other.number);
  const page = rest.slice(0, limit);
  return s3Document(
    'ListPartsResult',
    element('Bucket', location.bucket),
    element('Key', location.key),
    element('UploadId', uploadId),
    ownerElement('Initiator'),
    ownerElement('Owner'),
    element('StorageClass', 'STANDARD'),
    element('PartNumberMarker', after),
    element('NextPartNumberMarker', page.at(-1)?.number ?? 0),
    element('MaxParts', limit),
    element('IsTruncated', limit > 0 && rest.length > page.length),
    ...page.map((part) =>
      element(
        'Part',
        element('PartNumber', part.number),
        element('LastModified', isoTime(part.modifiedAt)),
        element('ETag', `"${part.etag}"`),
        element('Size', part.sizeBytes),
      ),
    ),
  );
}

/** Writes one page of ListMultipartUploads, cut from all uploads; they are ordered by key, then by id. */
export function formatUploads(bucket: string, uploads: readonly MultipartUpload[], query: URLSearchParams): string {
  const encode = nameEncoder(query);
  const limit = queryNumber(query, 'max-uploads', MAX_LISTED);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const marker = { key: query.get('key-marker') ?? '', id: query.get('upload-id-marker') ?? '' };
  const entries = rollUp(uploads, prefix, delimiter).filter((entry) => follows(entry, marker));
  const page = entries.slice(0, limit);
  const truncated = limit > 0 && entries.length > page.length;
  const last = page.at(-1);
  return s3Document(
    'ListMultipartUploadsResult',
    element('Bucket', bucket),
    element('KeyMarker', encode(marker.key)),
    element('UploadIdMarker', marker.id),
    optionalElement('NextKeyMarker', truncated && last ? encode(last.key) : undefined),
    optionalElement('NextUploadIdMarker', truncated && last ? last.id : undefined),
    element('Prefix', encode(prefix)),
    optionalElement('Delimiter', delimiter === '' ? undefined : encode(delimiter)),
    optionalElement('EncodingType', query.get('encoding-type') ?? undefined),
    element('MaxUploads', limit),
    element('IsTruncated', truncated),
    ...page.map((entry) =>
      entry.upload
        ? uploadElement(entry.upload, encode)
        : element('CommonPrefixes', element('Prefix', encode(entry.key))),
    ),
  );
}

/** An upload, or a prefix that several uploads share. */
interface Entry {
  readonly key: string;
  readonly id: string;
  readonly upload?: MultipartUpload;
}

function rollUp(uploads: readonly MultipartUpload[], prefix: string, delimiter: string): Entry[] {
  const entries = new Map<string, Entry>();
  for (const upload of uploads) {
    if (!upload.key.startsWith(prefix)) continue;
    const cut = delimiter === '' ? -1 : upload.key.indexOf(delimiter, prefix.length);
    if (cut === -1) entries.set(`${upload.key}\0${upload.id}`, { key: upload.key, id: upload.id, upload });
    else {
      const shared = upload.key.slice(0, cut + delimiter.length);
      entries.set(shared, { key: shared, id: '' });
    }
  }
  return [...entries.values()].sort((one, other) => compare(one.key, other.key) || compare(one.id, other.id));
}

/** A marker without an upload's id stands for all uploads of its key. */
function follows(entry: Entry, marker: { key: string; id: string }): boolean {
  if (marker.key === '') return true;
  const order = compare(entry.key, marker.key);
  return order > 0 || (order === 0 && marker.id !== '' && compare(entry.id, marker.id) > 0);
}

function uploadElement(upload: MultipartUpload, encode: (name: string) => string) {
  return element(
    'Upload',
    element('Key', encode(upload.key)),
    element('UploadId', upload.id),
    ownerElement('Initiator'),
    ownerElement('Owner'),
    element('StorageClass', 'STANDARD'),
    element('Initiated', isoTime(upload.initiatedAt)),
  );
}

function compare(one: string, other: string): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
