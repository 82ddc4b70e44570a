import type { Objects } from '../../../../libs/core/ports/objects.js';
import { type Deletion, formatDeletions } from '../../../../libs/wire/s3/documents/object-documents.js';
import { notImplemented, S3Error, toS3Error } from '../../../../libs/wire/s3/errors.js';
import { checkKey } from '../../../../libs/wire/s3/address.js';
import { checksumHeaders, descriptionOf } from '../../../../libs/wire/s3/object-headers.js';
import { requireNullVersion } from '../../../../libs/wire/s3/version.js';
import { refuseWriteConditions, requiresAbsence } from '../../../../libs/wire/s3/write-headers.js';
import { childrenOf, malformedXml, readXml, textOf, type XmlNode } from './read-xml.js';
import type { S3Handler, S3Request } from './s3-exchange.js';
import { UploadContent } from './upload-content.js';

/** The most keys that S3 takes in one DeleteObjects. */
const MAX_DELETIONS = 1000;
const DELETIONS_AT_ONCE = 16;
const MAX_DELETE_BYTES = 8 * 1024 * 1024;

export const putObject: S3Handler = async (objects, request) => {
  const { headers } = request.message;
  const ifAbsent = requiresAbsence(headers);
  const content = new UploadContent(request.message, request.chunkWatch);
  const stored = await objects.put(
    request.location,
    content,
    { ...descriptionOf(headers, content.checksum), ifAbsent, sizeBytes: content.payload.sizeBytes },
    request.signal,
  );
  return { headers: { etag: `"${stored.etag}"`, ...checksumHeaders(content.checksum), 'content-length': 0 } };
};

export const deleteObject: S3Handler = async (objects, { location, message, query, signal }) => {
  refuseWriteConditions(message.headers);
  requireNullVersion(query.get('versionId'));
  await objects.delete(location, signal);
  return { status: 204 };
};

export const deleteObjects: S3Handler = async (objects, request) => {
  requireChecksum(request);
  const body = await readXml(request, 'Delete', MAX_DELETE_BYTES);
  const entries = body === undefined ? [] : childrenOf(body, 'Object');
  if (body === undefined || entries.length === 0 || entries.length > MAX_DELETIONS) throw malformedXml();
  // The whole list is read before anything is deleted, so that a malformed list deletes nothing.
  const asked = entries.map(readEntry);
  const { bucket } = request.location;
  await objects.headBucket(bucket, request.signal);
  const deletions: Deletion[] = [];
  for (let at = 0; at < asked.length; at += DELETIONS_AT_ONCE) {
    const batch = asked.slice(at, at + DELETIONS_AT_ONCE);
    deletions.push(...(await Promise.all(batch.map((entry) => deleteEntry(objects, bucket, entry, request.signal)))));
  }
  return { body: formatDeletions(deletions, textOf(body, 'Quiet') === 'true') };
};

interface DeletionEntry {
  readonly key: string;
  readonly versionId: string | undefined;
  /** A condition that the entry names, which Ebb does not support. */
  readonly condition: string | undefined;
}

function readEntry(entry: XmlNode): DeletionEntry {
  const key = textOf(entry, 'Key');
  if (!key) throw malformedXml();
  const condition = ['ETag', 'LastModifiedTime', 'Size'].find((name) => textOf(entry, name) !== undefined);
  return { key, versionId: textOf(entry, 'VersionId') || undefined, condition };
}

/** Deletes one key. If that fails, the error is part of the answer and the call goes on. */
async function deleteEntry(
  objects: Objects,
  bucket: string,
  { key, versionId, condition }: DeletionEntry,
  signal: AbortSignal,
): Promise<Deletion> {
  try {
    checkKey(key);
    requireNullVersion(versionId);
    if (condition) throw notImplemented(`${condition} in DeleteObjects`);
    await objects.delete({ bucket, key }, signal);
    return { key };
  } catch (error) {
    return { key, error: toS3Error(error) };
  }
}

/** Raises `InvalidRequest` without a checksum, as S3 does: a torn list would delete the wrong objects. */
function requireChecksum({ message }: S3Request): void {
  const names = Object.keys(message.headers);
  const found = names.some((name) => /^(?:content-md5|x-amz-trailer|x-amz-checksum-.+)$/.test(name));
  if (found) return;
  throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
}
