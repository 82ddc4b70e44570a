import { EbbError } from './errors.js';

/** Where an object lives. Keys are UTF-8 text of 1 to 1,024 bytes, as in S3; `/` has no meaning but to listings. */
export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

const S3_URI = /^s3:\/\/([^/]+)\/(.+)$/s;
const VIRTUAL_HOST = /^https:\/\/([^/]+)\.s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?\/([^?]+)/s;
const PATH_STYLE = /^https:\/\/s3[.-](?:[a-z0-9-]+\.)?amazonaws\.com(?:\.cn)?\/([^/]+)\/([^?]+)/s;

/**
 * Reads `s3://bucket/key`, or the `https://` forms of the same address (virtual-hosted and path style), which
 * `InputLocation` allows too. Raises `InvalidRequest` for anything else.
 */
export function parseObjectLocation(uri: string): ObjectLocation {
  const s3 = S3_URI.exec(uri);
  if (s3) return { bucket: s3[1]!, key: s3[2]! };
  const https = PATH_STYLE.exec(uri) ?? VIRTUAL_HOST.exec(uri);
  if (https) return { bucket: https[1]!, key: decodeKey(https[2]!, uri) };
  throw new EbbError('InvalidRequest', `'${uri}' is not the address of an S3 object (s3://bucket/key).`);
}

/** Whether it can be read so. */
export function isObjectLocation(uri: string): boolean {
  try {
    parseObjectLocation(uri);
    return true;
  } catch {
    return false;
  }
}

export function formatObjectLocation(location: ObjectLocation): string {
  return `s3://${location.bucket}/${location.key}`;
}

function decodeKey(escaped: string, uri: string): string {
  try {
    return decodeURIComponent(escaped);
  } catch (cause) {
    throw new EbbError('InvalidRequest', `'${uri}' has a key that is not percent-encoded UTF-8.`, { cause });
  }
}
