import type { ObjectHead } from '../../../../libs/core/ports/objects.js';
import { clipRange, parseRange } from '../../../../libs/wire/s3/byte-range.js';
import { conditionsOf, holdConditions, preconditionFailed } from '../../../../libs/wire/s3/conditions.js';
import { header } from '../../../../libs/wire/aws/headers.js';
import {
  checksumHeaders,
  objectHeaders,
  overriddenHeaders,
  storedChecksum,
} from '../../../../libs/wire/s3/object-headers.js';
import { requireNullVersion } from '../../../../libs/wire/s3/version.js';
import { cancelBody } from '../../../../libs/engine/cancel-body.js';
import type { S3Handler, S3Reply, S3Request } from './s3-exchange.js';

export const getObject: S3Handler = async (objects, request) => {
  requireNullVersion(request.query.get('versionId'));
  const overrides = overriddenHeaders(request.query);
  const range = requestedRange(request);
  const object = await objects.get(request.location, { range }, request.signal);
  try {
    const reply = respond(request, object, object.range, overrides);
    if (reply.status !== 304) return { ...reply, body: object.body };
    await cancelBody(object.body);
    return reply;
  } catch (error) {
    await cancelBody(object.body);
    throw error;
  }
};

export const headObject: S3Handler = async (objects, request) => {
  requireNullVersion(request.query.get('versionId'));
  const overrides = overriddenHeaders(request.query);
  const range = requestedRange(request);
  const head = await objects.head(request.location, request.signal);
  return respond(request, head, range && clipRange(range, head.sizeBytes), overrides);
};

/** Returns the status and headers for the object that was found. Raises `PreconditionFailed`. */
function respond(
  request: S3Request,
  object: ObjectHead,
  range: { first: number; last: number } | undefined,
  overrides: Record<string, string>,
): S3Reply {
  const outcome = holdConditions(conditionsOf(request.message.headers), object);
  if (outcome === 'failed') throw preconditionFailed();
  const headers = { ...objectHeaders(object), ...overrides };
  if (outcome === 'notModified') return { status: 304, headers };
  if (range) {
    return {
      status: 206,
      headers: {
        ...headers,
        'content-range': `bytes ${range.first}-${range.last}/${object.sizeBytes}`,
        'content-length': range.last - range.first + 1,
      },
    };
  }
  const wantsChecksum = header(request.message.headers, 'x-amz-checksum-mode')?.toUpperCase() === 'ENABLED';
  const checksum = wantsChecksum ? checksumHeaders(storedChecksum(object)) : {};
  return { headers: { ...headers, ...checksum, 'content-length': object.sizeBytes } };
}

// With If-Range, a client wants the whole object if it changed. The whole object is right in either case.
function requestedRange({ message }: S3Request) {
  return message.headers['if-range'] === undefined ? parseRange(message.headers.range) : undefined;
}
