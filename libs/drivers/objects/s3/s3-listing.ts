import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ListOptions, ObjectListing } from '../../../core/ports/objects.js';
import { compareKeys } from '../key-order.js';
import { answer } from './s3-errors.js';
import { keyReader, unquoted } from './s3-shapes.js';

const DEFAULT_LIMIT = 1_000;
/** S3 gives no more than this at a time. */
const MAX_PAGE = 1_000;
/** Sorts after everything that continues a common prefix. */
const LAST_CHARACTER = '\u{10FFFF}';

/**
 * One page of a bucket. S3's `StartAfter` looks at keys only: a common prefix that is not after `after` itself but
 * holds later keys shows up again, so those are skipped here, and pages are asked for until this one is full.
 */
export async function listInS3(
  client: S3Client,
  bucket: string,
  options: ListOptions,
  signal?: AbortSignal,
): Promise<ObjectListing> {
  const { prefix, delimiter, after = '', limit = DEFAULT_LIMIT } = options;
  const objects: ObjectListing['objects'][number][] = [];
  const commonPrefixes: string[] = [];
  const room = () => limit - objects.length - commonPrefixes.length;
  let token: string | undefined;
  let truncated = limit > 0;
  let last = '';
  while (truncated && room() > 0) {
    const command = new ListObjectsV2Command({
      Bucket: bucket,
      Prefix: prefix,
      Delimiter: delimiter,
      StartAfter: delimiter && after.endsWith(delimiter) ? after + LAST_CHARACTER : after || undefined,
      ContinuationToken: token,
      MaxKeys: Math.min(room(), MAX_PAGE),
      // Keys may hold characters that XML has no form for.
      EncodingType: 'url',
    });
    const page = await answer(client.send(command, { abortSignal: signal }), signal);
    const readKey = keyReader(page.EncodingType);
    for (const { Key = '', Size = 0, ETag, LastModified } of page.Contents ?? []) {
      const modifiedAt = LastModified?.getTime() ?? 0;
      objects.push({ key: readKey(Key), sizeBytes: Size, etag: unquoted(ETag), modifiedAt });
    }
    for (const { Prefix = '' } of page.CommonPrefixes ?? []) {
      const commonPrefix = readKey(Prefix);
      if (compareKeys(commonPrefix, after) > 0) commonPrefixes.push(commonPrefix);
    }
    token = page.NextContinuationToken;
    truncated = page.IsTruncated === true;
  }
  for (const shown of [objects.at(-1)?.key, commonPrefixes.at(-1)]) {
    if (shown !== undefined && compareKeys(shown, last) > 0) last = shown;
  }
  return { objects, commonPrefixes, ...(truncated && { next: last }) };
}
