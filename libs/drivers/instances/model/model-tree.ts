import { createHash } from 'node:crypto';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK_BYTES = 4_096;

/** The size and the fingerprint of a directory of model files. */
export interface TreeSummary {
  /** The bytes on disk, counted as at least one block for each file and directory. */
  readonly bytes: number;
  readonly entries: number;
  /** The hash of every path with its kind, size and time of change; it differs if anything was written to. */
  readonly fingerprint: string;
}

/** Summarizes `directory` and every file and directory below it. */
export async function summarizeTree(directory: string): Promise<TreeSummary> {
  const hash = createHash('sha256');
  let bytes = 0;
  let entries = 0;
  for await (const { path } of walk(directory)) {
    const { size, mtimeMs, mode } = await lstat(path);
    bytes += Math.max(1, Math.ceil(size / BLOCK_BYTES)) * BLOCK_BYTES;
    entries += 1;
    hash.update(`${path.slice(directory.length)}\0${mode}\0${size}\0${mtimeMs}\0`);
  }
  return { bytes, entries, fingerprint: hash.digest('hex') };
}

/** Makes `directory` and everything below it readable by every user and writable by none. */
export async function sealTree(directory: string): Promise<void> {
  for await (const { path, isDirectory } of walk(directory)) {
    const { mode } = await lstat(path);
    const sealed = isDirectory || (mode & 0o111) !== 0 ? 0o555 : 0o444;
    if ((mode & 0o7777) !== sealed) await chmod(path, sealed);
  }
}

/** Removes a directory, sealed or not, and everything below it. */
export async function removeTree(directory: string): Promise<void> {
  try {
    for await (const { path, isDirectory } of walk(directory)) {
      // A directory that is not writable does not let its entries be removed.
      if (isDirectory) await chmod(path, 0o755);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

/**
 * Yields the directory itself first, then its entries in the order of their names, each directory before its own
 * entries.
 */
async function* walk(directory: string): AsyncGenerator<Found, void, void> {
  yield { path: directory, isDirectory: true };
  const entries = await readdir(directory, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) yield* walk(path);
    else yield { path, isDirectory: false };
  }
}

interface Found {
  readonly path: string;
  readonly isDirectory: boolean;
}
