import type { UploadedPart } from '../../../../libs/core/ports/objects.js';
import { parseEtag } from '../../../../libs/wire/s3/conditions.js';
import { notImplemented, S3Error } from '../../../../libs/wire/s3/errors.js';
import { header } from '../../../../libs/wire/aws/headers.js';
import {
  formatCompletion,
  formatParts,
  formatUpload,
  formatUploads,
} from '../../../../libs/wire/s3/documents/multipart-documents.js';
import { descriptionOf } from '../../../../libs/wire/s3/object-headers.js';
import { partNumberOf } from '../../../../libs/wire/s3/query.js';
import { requiresAbsence } from '../../../../libs/wire/s3/write-headers.js';
import { childrenOf, malformedXml, readXml, textOf, type XmlNode } from './read-xml.js';
import type { S3Handler, S3Request } from './s3-exchange.js';
import { UploadContent } from './upload-content.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;
/** The longest list of parts. A list of 10,000 parts with a checksum each is far shorter. */
const MAX_COMPLETION_BYTES = 4 * 1024 * 1024;

export const createMultipartUpload: S3Handler = async (objects, { location, message, signal }) => {
  const uploadId = await objects.createUpload(location, descriptionOf(message.headers), signal);
  const algorithm = header(message.headers, 'x-amz-checksum-algorithm');
  const headers: Record<string, string> = algorithm === undefined ? {} : { 'x-amz-checksum-algorithm': algorithm };
  return { headers, body: formatUpload(location, uploadId) };
};

export const uploadPart: S3Handler = async (objects, request) => {
  const { location, signal } = request;
  const content = new UploadContent(request.message, request.chunkWatch);
  const part = await objects.uploadPart(location, uploadIdOf(request), partNumberOf(request.query), content, signal);
  return { headers: { etag: `"${part.etag}"`, ...partChecksum(content), 'content-length': 0 } };
};

export const completeMultipartUpload: S3Handler = async (objects, request) => {
  const { location, message, signal } = request;
  const { headers } = message;
  const ifAbsent = requiresAbsence(headers);
  if (Object.keys(headers).some((name) => /^x-amz-checksum-(?!type$|algorithm$)/.test(name))) {
    throw notImplemented('a checksum of the whole object in CompleteMultipartUpload');
  }
  const wanted = partsOf(await readXml(request, 'CompleteMultipartUpload', MAX_COMPLETION_BYTES));
  const stored = await objects.listParts(location, uploadIdOf(request), signal);
  checkSizes(wanted, stored, header(headers, 'x-amz-mp-object-size'));
  const object = await objects.completeUpload(location, uploadIdOf(request), wanted, { ifAbsent }, signal);
  const path = `${location.bucket}/${location.key}`.split('/').map(encodeURIComponent).join('/');
  return { body: formatCompletion(location, `http://${headers.host}/${path}`, object.etag) };
};

export const abortMultipartUpload: S3Handler = async (objects, request) => {
  await objects.abortUpload(request.location, uploadIdOf(request), request.signal);
  return { status: 204 };
};

export const listParts: S3Handler = async (objects, request) => {
  const uploadId = uploadIdOf(request);
  const parts = await objects.listParts(request.location, uploadId, request.signal);
  return { body: formatParts(request.location, uploadId, parts, request.query) };
};

export const listMultipartUploads: S3Handler = async (objects, { location, query, signal }) => {
  const uploads = await objects.listUploads(location.bucket, signal);
  return { body: formatUploads(location.bucket, uploads, query) };
};

interface NamedPart {
  readonly number: number;
  readonly etag: string;
}

/** Returns the parts that the client names. Raises `MalformedXML`, or `InvalidPartOrder` unless the numbers rise. */
function partsOf(body: XmlNode | undefined): NamedPart[] {
  const parts = body === undefined ? [] : childrenOf(body, 'Part').map(readPart);
  if (parts.length === 0 || parts.length > MAX_PARTS) throw malformedXml();
  if (parts.some(({ number }, at) => at > 0 && number <= parts[at - 1]!.number)) {
    throw new S3Error(
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return parts;
}

function readPart(node: XmlNode): NamedPart {
  const number = textOf(node, 'PartNumber')?.trim() ?? '';
  const etag = textOf(node, 'ETag');
  if (!/^\d{1,5}$/.test(number) || etag === undefined) throw malformedXml();
  return { number: Number(number), etag: parseEtag(etag) };
}

/** Raises `EntityTooSmall` for a small part that is not the last. The objects port refuses parts that are missing. */
function checkSizes(wanted: readonly NamedPart[], stored: readonly UploadedPart[], total: string | undefined): void {
  const sizes = new Map(stored.map(({ number, sizeBytes }) => [number, sizeBytes]));
  for (const { number, etag } of wanted.slice(0, -1)) {
    const sizeBytes = sizes.get(number);
    if (sizeBytes === undefined || sizeBytes >= MIN_PART_BYTES) continue;
    throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size', {
      ETag: etag,
      MinSizeAllowed: MIN_PART_BYTES,
      PartNumber: number,
      ProposedSize: sizeBytes,
    });
  }
  const sum = wanted.reduce((bytes, { number }) => bytes + (sizes.get(number) ?? 0), 0);
  if (total !== undefined && Number(total) !== sum) {
    throw new S3Error(
      'InvalidRequest',
      `The provided 'x-amz-mp-object-size' header value ${total} does not match what was computed: ${sum}`,
    );
  }
}

/** Returns the header with a part's checksum. S3 names no checksum type for parts. */
function partChecksum({ checksum }: UploadContent): Record<string, string> {
  return checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value } : {};
}

function uploadIdOf({ query }: S3Request): string {
  return query.get('uploadId') ?? '';
}
