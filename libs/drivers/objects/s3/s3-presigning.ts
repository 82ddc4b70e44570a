import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { ObjectLocation } from '../../../core/object-location.js';
import type { Presigning } from '../../../core/ports/objects.js';
import { target } from './s3-shapes.js';

/** The headers that a signature covers. By default the presigner would leave out the content type. */
const SIGNED_HEADERS = new Set(['content-type', 'host']);

/**
 * Returns a presigned URL of one object. The client must be set to compute checksums only when required; otherwise the
 * URL of a `PUT` would demand the checksum of an empty body.
 */
export function presignInS3(
  client: S3Client,
  location: ObjectLocation,
  { contentType, method, validSeconds }: Presigning,
): Promise<string> {
  const options = { expiresIn: validSeconds, signableHeaders: SIGNED_HEADERS };
  if (method === 'GET') return getSignedUrl(client, new GetObjectCommand(target(location)), options);
  return getSignedUrl(client, new PutObjectCommand({ ...target(location), ContentType: contentType }), options);
}
