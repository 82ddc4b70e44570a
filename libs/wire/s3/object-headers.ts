import type { ObjectHead } from '../../core/ports/objects.js';
import { S3Error } from './errors.js';
import { type Headers, header } from '../aws/headers.js';
import { type Checksum, CHECKSUM_BYTES, type ChecksumAlgorithm } from './payload.js';

/** The properties of an object that Ebb keeps besides its bytes. */
export interface Description {
  readonly contentType?: string;
  readonly metadata: Readonly<Record<string, string>>;
}

const USER_PREFIX = 'x-amz-meta-';
// The port keeps a content type and the user's metadata. The other headers that S3 returns are stored beside the
// metadata. The colon in their names keeps them apart, because no header's name can have one.
const KEPT_PREFIX = 'ebb:';
const CHECKSUM_PREFIX = `${KEPT_PREFIX}checksum-`;
const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'];
const MAX_METADATA_BYTES = 2048;
const DEFAULT_TYPE = 'binary/octet-stream';

/** Reads what an upload states about its object. Raises `MetadataTooLarge` for more than 2 KB of user metadata. */
export function descriptionOf(headers: Headers, checksum?: Checksum): Description {
  const metadata: Record<string, string> = {};
  let sizeBytes = 0;
  for (const name of Object.keys(headers)) {
    if (!name.startsWith(USER_PREFIX)) continue;
    const value = header(headers, name) ?? '';
    metadata[name.slice(USER_PREFIX.length)] = value;
    sizeBytes += name.length - USER_PREFIX.length + value.length;
  }
  if (sizeBytes > MAX_METADATA_BYTES) {
    throw new S3Error('MetadataTooLarge', 'Your metadata headers exceed the maximum allowed metadata size', {
      Size: sizeBytes,
      MaxSizeAllowed: MAX_METADATA_BYTES,
    });
  }
  for (const name of KEPT_HEADERS) {
    const value = name === 'content-encoding' ? withoutFraming(header(headers, name)) : header(headers, name);
    if (value) metadata[KEPT_PREFIX + name] = value;
  }
  if (checksum) metadata[CHECKSUM_PREFIX + checksum.algorithm] = checksum.value;
  return { contentType: header(headers, 'content-type'), metadata };
}

/** Returns the headers of a GET, a HEAD or a 304, without the headers about the length of the body. */
export function objectHeaders(object: ObjectHead): Record<string, string> {
  const headers: Record<string, string> = {
    etag: `"${object.etag}"`,
    'last-modified': new Date(object.modifiedAt).toUTCString(),
    'accept-ranges': 'bytes',
    'content-type': object.contentType ?? DEFAULT_TYPE,
  };
  for (const [name, value] of Object.entries(object.metadata)) {
    if (!name.startsWith(KEPT_PREFIX)) headers[USER_PREFIX + name] = value;
    else if (!name.startsWith(CHECKSUM_PREFIX)) headers[name.slice(KEPT_PREFIX.length)] = value;
  }
  return headers;
}

/** Returns the checksum that an object was uploaded with, if a header carried one. */
export function storedChecksum(object: ObjectHead): Checksum | undefined {
  for (const algorithm of Object.keys(CHECKSUM_BYTES) as ChecksumAlgorithm[]) {
    const value = object.metadata[CHECKSUM_PREFIX + algorithm];
    if (value !== undefined) return { algorithm, value };
  }
  return undefined;
}

/** Returns the headers that state a checksum of the whole object. */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
  if (!checksum) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': 'FULL_OBJECT' };
}

/** Returns the headers that `response-*` parameters set in place of the stored headers. Raises `InvalidArgument`. */
export function overriddenHeaders(query: URLSearchParams): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of [...KEPT_HEADERS, 'content-type']) {
    const value = query.get(`response-${name}`);
    if (value === null) continue;
    // oxlint-disable-next-line no-control-regex
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
      throw new S3Error('InvalidArgument', 'Header value cannot be represented using ISO-8859-1.', {
        ArgumentName: `response-${name}`,
      });
    }
    headers[name] = toHeaderBytes(value);
  }
  return headers;
}

/** HTTP headers are bytes: each character of the result stands for one byte of the UTF-8 text. */
function toHeaderBytes(text: string): string {
  return String.fromCharCode(...new TextEncoder().encode(text));
}

/** `aws-chunked` describes the transfer, not the object. */
function withoutFraming(encoding: string | undefined): string | undefined {
  const rest = encoding?.split(',').map((one) => one.trim());
  return rest?.filter((one) => one !== 'aws-chunked').join(',');
}
