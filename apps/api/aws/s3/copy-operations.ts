import type { ObjectLocation } from '../../../../libs/core/object-location.js';
import type { ByteRange, Objects, StoredObject } from '../../../../libs/core/ports/objects.js';
import { parseCopyRange } from '../../../../libs/wire/s3/byte-range.js';
import { conditionsOf, holdConditions, preconditionFailed } from '../../../../libs/wire/s3/conditions.js';
import { parseCopySource } from '../../../../libs/wire/s3/copy-source.js';
import { S3Error } from '../../../../libs/wire/s3/errors.js';
import { type Headers, header } from '../../../../libs/wire/aws/headers.js';
import { formatCopy } from '../../../../libs/wire/s3/documents/object-documents.js';
import { descriptionOf } from '../../../../libs/wire/s3/object-headers.js';
import { partNumberOf } from '../../../../libs/wire/s3/query.js';
import { requiresAbsence } from '../../../../libs/wire/s3/write-headers.js';
import { cancelBody } from '../../../../libs/engine/cancel-body.js';
import type { S3Handler, S3Request } from './s3-exchange.js';

const MAX_COPY_BYTES = 5 * 1024 ** 3;
const COPY_CONDITIONS = 'x-amz-copy-source-';

export const copyObject: S3Handler = async (objects, request) => {
  const { headers } = request.message;
  const source = sourceOf(headers);
  const replaces = directiveOf(headers) === 'REPLACE';
  if (!replaces && source.bucket === request.location.bucket && source.key === request.location.key) {
    throw new S3Error(
      'InvalidRequest',
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
  const ifAbsent = requiresAbsence(headers);
  return reading(objects, request, { source }, async (object) => {
    requireCopyable(object.sizeBytes);
    const { contentType, metadata } = replaces ? descriptionOf(headers) : object;
    const options = { contentType, metadata, ifAbsent, sizeBytes: object.sizeBytes };
    const copy = await objects.put(request.location, object.body, options, request.signal);
    return { body: formatCopy('CopyObjectResult', copy) };
  });
};

export const uploadPartCopy: S3Handler = async (objects, request) => {
  const { query, location, message, signal } = request;
  const number = partNumberOf(query);
  const source = sourceOf(message.headers);
  const wanted = header(message.headers, 'x-amz-copy-source-range');
  const range =
    wanted === undefined ? undefined : parseCopyRange(wanted, (await objects.head(source, signal)).sizeBytes);
  return reading(objects, request, { source, range }, async (object) => {
    requireCopyable(range ? range.last - range.first + 1 : object.sizeBytes);
    const part = await objects.uploadPart(location, query.get('uploadId')!, number, object.body, signal);
    return { body: formatCopy('CopyPartResult', part) };
  });
};

/** Opens the source, checks the copy's conditions on it, and closes it in any case. */
async function reading<T>(
  objects: Objects,
  { message, signal }: S3Request,
  { range, source }: { readonly source: ObjectLocation; readonly range?: ByteRange | undefined },
  use: (object: StoredObject) => Promise<T>,
): Promise<T> {
  const object = await objects.get(source, { range }, signal);
  try {
    const outcome = holdConditions(conditionsOf(message.headers, COPY_CONDITIONS), object);
    if (outcome !== 'hold') throw preconditionFailed();
    return await use(object);
  } finally {
    await cancelBody(object.body);
  }
}

function sourceOf(headers: Headers): ObjectLocation {
  return parseCopySource(header(headers, 'x-amz-copy-source') ?? '');
}

function directiveOf(headers: Headers): 'COPY' | 'REPLACE' {
  const directive = header(headers, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive;
  throw new S3Error('InvalidArgument', 'Unknown metadata directive.', {
    ArgumentName: 'x-amz-metadata-directive',
    ArgumentValue: directive,
  });
}

function requireCopyable(sizeBytes: number): void {
  if (sizeBytes <= MAX_COPY_BYTES) return;
  throw new S3Error(
    'InvalidRequest',
    `The specified copy source is larger than the maximum allowable size for a copy source: ${MAX_COPY_BYTES}`,
  );
}
