import { ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3';
import type { ListOptions, ObjectListing } from '../../../core/ports/objects.js';
import { compareKeys } from '../key-order.js';
import { answer } from './s3-errors.js';
import { keyReader, unquoted } from './s3-shapes.js';

const DEFAULT_LIMIT = 1_000;
/** The most entries that S3 returns at a time. */
const MAX_PAGE = 1_000;
/** The character that sorts after every continuation of a common prefix. */
const LAST_CHARACTER = '\u{10FFFF}';

/**
 * Lists one page of a bucket. S3's `StartAfter` looks at keys only: a common prefix that does not sort after `after`,
 * but holds later keys, appears again. Such prefixes are skipped here, and S3 is asked for more until the page is full.
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
      // Keys may hold characters that XML cannot express.
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
