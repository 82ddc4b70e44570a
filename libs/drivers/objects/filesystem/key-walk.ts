import { readdir } from 'node:fs/promises';
import type { ListOptions } from '../../../core/ports/objects.js';
import { compareKeys } from '../key-order.js';
import { commonPrefixOf } from '../roll-up.js';
import { failedWith } from './file-calls.js';
import { keyPath, keyPiece } from './key-path.js';

/** One entry of a listing: a key, or a common prefix that stands for all keys below it. */
export interface WalkedEntry {
  readonly key: string;
  readonly isCommonPrefix: boolean;
}

/** A name found in a directory. For a directory, `key` is the start of all keys below it. */
interface Found {
  readonly key: string;
  readonly path: string;
  readonly isDirectory: boolean;
}

/**
 * Walks a bucket's directories in the order of keys, and reads only directories that may hold a listed key. Directories
 * overlap in that order: `a+` holds the keys from `a/` on, which sort after `a-b` and before `a0`, and a directory that
 * continues a long segment overlaps with its neighbours. The walk therefore keeps the sorted names of all open
 * directories and always takes the smallest.
 */
export async function* walkKeys(
  bucketPath: string,
  options: ListOptions,
  signal?: AbortSignal,
): AsyncGenerator<WalkedEntry> {
  const { prefix = '', delimiter, after = '' } = options;
  const base = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const basePath = [bucketPath, ...keyPath(base).directories].join('/');
  const open = [await findIn(basePath, base, prefix, after)];
  let rolledUp: string | undefined;
  for (let found = takeSmallest(open); found; found = takeSmallest(open)) {
    signal?.throwIfAborted();
    const commonPrefix = commonPrefixOf(found.key, prefix, delimiter);
    if (commonPrefix !== undefined) {
      if (commonPrefix === rolledUp || compareKeys(commonPrefix, after) <= 0) continue;
      if (found.isDirectory && !(await holdsFile(found.path))) continue;
      rolledUp = commonPrefix;
      yield { key: commonPrefix, isCommonPrefix: true };
    } else if (found.isDirectory) {
      open.push(await findIn(found.path, found.key, prefix, after));
    } else {
      yield { key: found.key, isCommonPrefix: false };
    }
  }
}

/** Finds a directory's entries for a listing, in descending order so that the next entry can be popped. */
async function findIn(path: string, base: string, prefix: string, after: string): Promise<Found[]> {
  const found: Found[] = [];
  for (const name of await namesIn(path)) {
    const piece = keyPiece(name);
    if (!piece) continue;
    const key = base + piece.text;
    const { isDirectory } = piece;
    const listed = isDirectory ? mayHold(key, prefix, after) : key.startsWith(prefix) && compareKeys(key, after) > 0;
    if (listed) found.push({ key, path: `${path}/${name}`, isDirectory });
  }
  return found.sort((a, b) => compareKeys(b.key, a.key));
}

/** Tells whether a directory whose keys all start with `start` may hold a listed key. */
function mayHold(start: string, prefix: string, after: string): boolean {
  const inPrefix = start.startsWith(prefix) || prefix.startsWith(start);
  return inPrefix && (after.startsWith(start) || compareKeys(start, after) > 0);
}

function takeSmallest(open: Found[][]): Found | undefined {
  let smallest: Found[] | undefined;
  for (const names of open) {
    const candidate = names.at(-1);
    if (candidate && (!smallest || compareKeys(candidate.key, smallest.at(-1)!.key) < 0)) smallest = names;
  }
  const found = smallest?.pop();
  if (smallest?.length === 0) open.splice(open.indexOf(smallest), 1);
  return found;
}

async function holdsFile(path: string): Promise<boolean> {
  for (const name of await namesIn(path)) {
    const piece = keyPiece(name);
    if (piece && (!piece.isDirectory || (await holdsFile(`${path}/${name}`)))) return true;
  }
  return false;
}

/** Reads the names in a directory; none if it was pruned meanwhile. */
async function namesIn(path: string): Promise<string[]> {
  try {
    return await readdir(path);
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return [];
    throw error;
  }
}
