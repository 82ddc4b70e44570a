import { mkdir, readdir, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EbbError } from '../../../core/errors.js';
import { type ObjectLocation, isBucketName } from '../../../core/object-location.js';
import type { BucketInfo } from '../../../core/ports/objects.js';
import { failedWith, linkFile, renameFile, unlinkFile, writeFailure } from './file-calls.js';
import { keyPath } from './key-path.js';

/** The most times that a put makes its directories again after concurrent deletes have pruned them. */
const MAX_PLACE_ATTEMPTS = 100;
const MAX_KNOWN_DIRECTORIES = 10_000;

/** The directories of the buckets. A directory is made with the first object below it and removed with the last. */
export class BucketTree {
  /** Directories that existed a moment ago, so that a put need not make them again. */
  readonly #known = new Set<string>();

  constructor(readonly root: string) {}

  bucketPath(bucket: string): string {
    return join(this.root, bucket);
  }

  objectPath({ bucket, key }: ObjectLocation): string {
    const { directories, file } = keyPath(key);
    return [this.root, bucket, ...directories, file].join('/');
  }

  /** Makes a finished file visible as the object at this location, by one rename or, with `ifAbsent`, one link. */
  async place(source: string, location: ObjectLocation, ifAbsent = false): Promise<void> {
    const { directories, file } = keyPath(location.key);
    const parent = [this.root, location.bucket, ...directories].join('/');
    for (let attempt = 1; ; attempt++) {
      try {
        if (!this.#known.has(parent)) await this.#makeDirectories(location.bucket, directories);
        return await (ifAbsent ? linkAbsent(source, `${parent}/${file}`) : renameFile(source, `${parent}/${file}`));
      } catch (error) {
        if (!failedWith(error, 'ENOENT') || attempt === MAX_PLACE_ATTEMPTS) throw writeFailure(error);
        this.#known.delete(parent);
        this.#known.delete(this.bucketPath(location.bucket));
      }
    }
  }

  /** Removes an object, if it exists, and the directories that become empty. */
  async remove(location: ObjectLocation): Promise<void> {
    const { directories, file } = keyPath(location.key);
    const bucketPath = this.bucketPath(location.bucket);
    try {
      await unlinkFile([bucketPath, ...directories, file].join('/'));
    } catch (error) {
      if (!failedWith(error, 'ENOENT')) throw error;
      await this.headBucket(location.bucket);
      return;
    }
    for (let depth = directories.length; depth > 0; depth--) {
      const directory = [bucketPath, ...directories.slice(0, depth)].join('/');
      if (!(await removeEmpty(directory))) return;
      this.#known.delete(directory);
    }
  }

  /**
   * Raises `BucketNotFound` if the bucket is missing. The check is cheap: a bucket that another process has just
   * deleted may still pass.
   */
  async requireBucket(bucket: string): Promise<void> {
    if (!this.#known.has(this.bucketPath(bucket))) await this.headBucket(bucket);
  }

  async headBucket(bucket: string): Promise<BucketInfo> {
    try {
      const { birthtimeMs } = await stat(this.bucketPath(bucket));
      return { name: bucket, createdAt: Math.floor(birthtimeMs) };
    } catch (error) {
      throw failedWith(error, 'ENOENT') ? bucketNotFound(bucket, error) : error;
    }
  }

  async createBucket(bucket: string): Promise<boolean> {
    try {
      await mkdir(this.bucketPath(bucket));
      return true;
    } catch (error) {
      if (failedWith(error, 'EEXIST')) return false;
      throw writeFailure(error);
    }
  }

  async listBuckets(): Promise<BucketInfo[]> {
    const entries = await readdir(this.root, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isDirectory() && isBucketName(entry.name)).map(({ name }) => name);
    return Promise.all(names.sort().map((name) => this.headBucket(name)));
  }

  async deleteBucket(bucket: string): Promise<void> {
    const path = this.bucketPath(bucket);
    this.#known.clear();
    await this.headBucket(bucket);
    if (!(await pruneEmpty(path))) throw new EbbError('BucketNotEmpty', 'The bucket you tried to delete is not empty.');
  }

  /** Makes directories one level at a time, because a deleted bucket must not come back with its first directory. */
  async #makeDirectories(bucket: string, directories: readonly string[]): Promise<void> {
    await this.requireBucket(bucket);
    let path = this.bucketPath(bucket);
    for (const directory of directories) {
      path += `/${directory}`;
      await mkdir(path).catch((error: unknown) => {
        if (!failedWith(error, 'EEXIST')) throw error;
      });
    }
    if (this.#known.size >= MAX_KNOWN_DIRECTORIES) this.#known.clear();
    this.#known.add(this.bucketPath(bucket)).add(path);
  }
}

async function linkAbsent(source: string, target: string): Promise<void> {
  try {
    await linkFile(source, target);
  } catch (error) {
    if (!failedWith(error, 'EEXIST')) throw error;
    throw new EbbError('PreconditionFailed', 'There is an object of this key already.', { cause: error });
  }
  await unlinkFile(source);
}

/** Removes a directory if it is empty, and tells whether it is gone. */
async function removeEmpty(directory: string): Promise<boolean> {
  try {
    await rmdir(directory);
    return true;
  } catch (error) {
    if (failedWith(error, 'ENOENT')) return true;
    if (failedWith(error, 'ENOTEMPTY', 'EEXIST')) return false;
    throw error;
  }
}

/**
 * Removes a directory together with empty directories below it, which a process that died between two steps may have
 * left. Tells whether it is gone.
 */
async function pruneEmpty(directory: string): Promise<boolean> {
  if (await removeEmpty(directory)) return true;
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isDirectory() || !(await pruneEmpty(join(directory, entry.name)))) return false;
  }
  return removeEmpty(directory);
}

function bucketNotFound(bucket: string, cause: unknown): EbbError {
  return new EbbError('BucketNotFound', `The bucket '${bucket}' does not exist.`, { cause });
}
