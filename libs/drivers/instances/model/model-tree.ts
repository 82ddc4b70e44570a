import { createHash } from 'node:crypto';
import { chmod, lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

const BLOCK_BYTES = 4_096;

/** What a directory of model files amounts to. */
export interface TreeSummary {
  /** What it takes on disk, at least a block for each file and directory. */
  readonly bytes: number;
  readonly entries: number;
  /** Of every path with its kind, size and time of change: another one where anything was written to. */
  readonly fingerprint: string;
}

/** Looks at every file and directory below `directory`, and itself. */
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

/** Lets everybody read and nobody write what is below `directory`, and itself. */
export async function sealTree(directory: string): Promise<void> {
  for await (const { path, isDirectory } of walk(directory)) {
    const { mode } = await lstat(path);
    const sealed = isDirectory || (mode & 0o111) !== 0 ? 0o555 : 0o444;
    if ((mode & 0o7777) !== sealed) await chmod(path, sealed);
  }
}

/** Removes a directory, sealed or not, with all that is below it. */
export async function removeTree(directory: string): Promise<void> {
  try {
    for await (const { path, isDirectory } of walk(directory)) {
      // Nothing can be removed from a directory that may not be written to.
      if (isDirectory) await chmod(path, 0o755);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
}

/** The directory itself first, then its entries in the order of their names, each directory's after it. */
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
