import type { ListOptions, ObjectListing } from '../../../core/ports/objects.js';
import type { BucketTree } from './bucket-tree.js';
import { walkKeys } from './key-walk.js';
import { openObjectFile } from './object-file.js';

const DEFAULT_LIMIT = 1_000;
/** The most files that are open at once while the heads of a page are read. */
const CONCURRENT_HEADS = 16;

type Listed = ObjectListing['objects'][number];

/** Lists one page of a bucket. Keys come from the directories; sizes and etags come from the files on the page. */
export async function listObjects(
  tree: BucketTree,
  bucket: string,
  options: ListOptions,
  signal?: AbortSignal,
): Promise<ObjectListing> {
  const { limit = DEFAULT_LIMIT } = options;
  const keys: string[] = [];
  const commonPrefixes: string[] = [];
  let last: string | undefined;
  let next: string | undefined;
  for await (const entry of walkKeys(tree.bucketPath(bucket), options, signal)) {
    if (keys.length + commonPrefixes.length >= limit) {
      next = last;
      break;
    }
    (entry.isCommonPrefix ? commonPrefixes : keys).push(entry.key);
    last = entry.key;
  }
  const objects = await readHeads(tree, bucket, keys, signal);
  return { objects, commonPrefixes, ...(next !== undefined && { next }) };
}

/** Reads the heads in the order of `keys`, and leaves out objects that were deleted meanwhile. */
async function readHeads(
  tree: BucketTree,
  bucket: string,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<Listed[]> {
  const heads = Array.from<Listed | undefined>({ length: keys.length });
  let turn = 0;
  const readOn = async () => {
    for (let i = turn++; i < keys.length; i = turn++) {
      signal?.throwIfAborted();
      const key = keys[i]!;
      const file = await openObjectFile(tree.objectPath({ bucket, key }));
      if (!file) continue;
      file.close();
      const { sizeBytes, etag, modifiedAt } = file.head;
      heads[i] = { key, sizeBytes, etag, modifiedAt };
    }
  };
  await Promise.all(Array.from({ length: CONCURRENT_HEADS }, readOn));
  return heads.filter((head) => head !== undefined);
}
