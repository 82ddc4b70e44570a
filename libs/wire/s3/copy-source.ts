import type { ObjectLocation } from '../../core/object-location.js';
import { checkBucketName, decode } from './address.js';
import { notImplemented, S3Error } from './errors.js';
import { requireNullVersion } from './version.js';

const COPY_SOURCE = /^\/?(?<path>.*?)(?:\?versionId=(?<version>[^?]*))?$/s;

/** Reads `x-amz-copy-source`: `/bucket/key` or `bucket/key`, percent-encoded, optionally with `?versionId=`. */
export function parseCopySource(text: string): ObjectLocation {
  if (text.startsWith('arn:')) throw notImplemented('copying from an access point');
  const { path = '', version } = COPY_SOURCE.exec(text)?.groups ?? {};
  requireNullVersion(version);
  const [, bucket, key] = /^([^/]+)\/(.+)$/s.exec(decode(path)) ?? [];
  if (bucket === undefined || key === undefined) {
    throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey', {
      ArgumentName: 'x-amz-copy-source',
      ArgumentValue: text,
    });
  }
  checkBucketName(bucket);
  return { bucket, key };
}
