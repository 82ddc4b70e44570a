import { randomUUID } from 'node:crypto';
import { mkdir, readFile, readdir, rename, stat, statfs, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { removeTree, sealTree, summarizeTree, type TreeSummary } from './model-tree.js';

const KEPT_FOLDER = 'kept';
/**
 * The folder of entries that are being filled or removed. Anything in it when the cache is opened was left by a crash.
 */
const PASSING_FOLDER = 'passing';
/** The same name as in a container, where the model is in `/opt/ml/model`. */
const FILES_FOLDER = 'model';
const RECORD_FILE = 'record.json';
const RECORD_VERSION = 1;

/** The free disk space that the cache leaves to others, above all to Ebb's own records: the smaller of the two. */
const MAX_RESERVE_BYTES = 512 * 1024 ** 2;
const MAX_RESERVE_SHARE = 0.05;

/** The complete files of one model on disk. */
export interface CacheEntry {
  readonly key: string;
  /** The directory of the files, which must not be written to. */
  readonly directory: string;
}

/** Raised when this machine's disk has no room for a model. */
export class NoRoom extends Error {
  readonly code = 'ENOSPC';
}

/** Takes the growing size of a filling into account, so that room is made for it. */
export interface FillingRoom {
  /** Asks for room for this many more bytes. Raises `NoRoom`. */
  take(bytes: number): Promise<void>;
}

interface Entry extends CacheEntry {
  readonly path: string;
  readonly summary: TreeSummary;
  holders: number;
  /** Whether the files are unchanged since the filling; checked once for all current holders. */
  sound?: Promise<boolean>;
}

/**
 * A cache of model directories by key. Each is filled once and then only read, by many instances at once. When all
 * together take more than `maxBytes`, entries without a holder are removed, least recently used first; held entries
 * stay whatever they take. Entries outlive Ebb, holds do not. Files are not synced to disk, because a crash of the
 * machine shows in their sizes.
 */
export class ModelCache {
  readonly #root: string;
  readonly #maxBytes: number;
  /** All entries, in the order of their last use. */
  readonly #entries = new Set<Entry>();
  /**
   * The entries that `hold` returns. An entry that was found changed or was filled again is not among them, though it
   * may still have holders.
   */
  readonly #current = new Map<string, Entry>();
  /** The bytes of all entries on disk, together with the bytes promised to fillings that are under way. */
  #bytes = 0;

  private constructor(root: string, maxBytes: number) {
    this.#root = root;
    this.#maxBytes = maxBytes;
  }

  /** Opens the cache at `root`, which belongs to one running Ebb at a time, and removes the leftovers of a crash. */
  static async open(root: string, maxBytes: number): Promise<ModelCache> {
    const cache = new ModelCache(root, maxBytes);
    // Existing folders are kept: on a full disk no directory could be made, and Ebb must start even then.
    for (const folder of [PASSING_FOLDER, KEPT_FOLDER]) await mkdir(join(root, folder), { recursive: true });
    for (const name of await readdir(join(root, PASSING_FOLDER))) await removeTree(join(root, PASSING_FOLDER, name));
    await cache.#load();
    return cache;
  }

  /** Holds the entry of this key until it is released; undefined if there is none, or if its files have changed. */
  async hold(key: string): Promise<CacheEntry | undefined> {
    const entry = this.#current.get(key);
    if (entry === undefined) return undefined;
    entry.holders += 1;
    entry.sound ??= isSound(entry);
    try {
      if (await entry.sound) {
        await this.#markUsed(entry);
        return entry;
      }
    } catch (error) {
      await this.release(entry);
      throw error;
    }
    if (this.#isCurrent(entry)) this.#current.delete(key);
    await this.release(entry);
    return undefined;
  }

  /** Holds the entry that has this directory, even if its files have changed, because an instance uses it. */
  holdDirectory(directory: string): CacheEntry | undefined {
    const entry = [...this.#entries].find((candidate) => candidate.directory === directory);
    if (entry !== undefined) entry.holders += 1;
    return entry;
  }

  /**
   * Makes an entry. `fill` writes the files, and asks for room before it does. The entry appears whole or not at all;
   * `deliver` is then called with it, and returns the number of its holders. Raises the errors of `fill`, and `NoRoom`.
   */
  async fill(
    key: string,
    fill: (directory: string, room: FillingRoom) => Promise<void>,
    deliver: (entry: CacheEntry) => number,
  ): Promise<void> {
    const passing = join(this.#root, PASSING_FOLDER, randomUUID());
    const room = new Room((bytes) => this.#promise(bytes), this.#maxBytes);
    try {
      const files = join(passing, FILES_FOLDER);
      await mkdir(files, { recursive: true });
      await fill(files, room);
      await sealTree(files);
      const summary = await summarizeTree(files);
      await writeFile(join(passing, RECORD_FILE), JSON.stringify({ version: RECORD_VERSION, key, ...summary }));
      // Each filling gets its own folder, because a changed entry of the same key may still be in use.
      const path = join(this.#root, KEPT_FOLDER, randomUUID());
      await rename(passing, path);
      const entry = this.#add(path, key, summary);
      entry.sound = Promise.resolve(true);
      entry.holders = deliver(entry);
    } catch (error) {
      await removeTree(passing);
      throw error;
    } finally {
      this.#bytes -= room.promised;
      await this.#evict();
    }
  }

  /** Gives up one hold, and removes entries beyond the limit. Raises nothing. */
  async release(held: CacheEntry): Promise<void> {
    const entry = held as Entry;
    entry.holders -= 1;
    if (entry.holders > 0) return;
    entry.sound = undefined;
    if (!this.#isCurrent(entry)) await this.#remove(entry);
    await this.#evict();
  }

  async #load(): Promise<void> {
    const found: { readonly path: string; readonly usedAt: number; readonly record: EntryRecord }[] = [];
    for (const name of await readdir(join(this.#root, KEPT_FOLDER))) {
      const path = join(this.#root, KEPT_FOLDER, name);
      const record = await readRecord(path);
      if (record === undefined) await removeTree(path);
      else found.push({ path, record, usedAt: (await stat(path)).mtimeMs });
    }
    found.sort((a, b) => a.usedAt - b.usedAt);
    // If several entries have one key, the older ones stay, for the instances of an earlier run, until room is needed.
    for (const { path, record } of found) this.#add(path, record.key, record);
  }

  #add(path: string, key: string, summary: TreeSummary): Entry {
    const entry: Entry = { key, path, summary, directory: join(path, FILES_FOLDER), holders: 0 };
    this.#entries.add(entry);
    this.#current.set(key, entry);
    this.#bytes += summary.bytes;
    return entry;
  }

  #isCurrent(entry: Entry): boolean {
    return this.#current.get(entry.key) === entry;
  }

  async #markUsed(entry: Entry): Promise<void> {
    this.#entries.delete(entry);
    this.#entries.add(entry);
    const now = new Date();
    await utimes(entry.path, now, now);
  }

  /** Takes `bytes` into account, and makes room for them. Raises `NoRoom` if there is not enough. */
  async #promise(bytes: number): Promise<void> {
    this.#bytes += bytes;
    await this.#evict();
    for (;;) {
      const { free, reserve } = await diskSpace(this.#root);
      if (free - bytes >= reserve) return;
      if (!(await this.#evictOne())) {
        throw new NoRoom(`${bytes} more bytes are needed, ${Math.max(0, free - reserve)} are available`);
      }
    }
  }

  async #evict(): Promise<void> {
    while (this.#bytes > this.#maxBytes && (await this.#evictOne()));
  }

  async #evictOne(): Promise<boolean> {
    const free = [...this.#entries].filter(({ holders }) => holders === 0);
    // An entry that will not be returned again, or that is larger than the cache, goes before the others.
    const first = free.find((entry) => !this.#isCurrent(entry) || entry.summary.bytes > this.#maxBytes);
    const entry = first ?? free[0];
    if (entry === undefined) return false;
    await this.#remove(entry);
    return true;
  }

  async #remove(entry: Entry): Promise<void> {
    if (this.#isCurrent(entry)) this.#current.delete(entry.key);
    this.#entries.delete(entry);
    this.#bytes -= entry.summary.bytes;
    const passing = join(this.#root, PASSING_FOLDER, randomUUID());
    try {
      // Moved out of sight first, so that a crash in the middle leaves nothing that looks like an entry.
      await rename(entry.path, passing);
      await removeTree(passing);
    } catch {
      // Leftovers are removed, or found again, when the cache is opened next. A filling that needs their room fails
      // with `NoRoom`.
    }
  }
}

/** The most room asked for in one step; less if the cache is small. */
const MAX_STEP_BYTES = 64 * 1024 ** 2;

/** The room promised to one filling, in steps, because the unpacked size of an archive is not known in advance. */
class Room implements FillingRoom {
  promised = 0;
  #taken = 0;
  readonly #stepBytes: number;

  constructor(
    private readonly promise: (bytes: number) => Promise<void>,
    maxBytes: number,
  ) {
    this.#stepBytes = Math.min(MAX_STEP_BYTES, Math.ceil(maxBytes / 64));
  }

  async take(bytes: number): Promise<void> {
    this.#taken += bytes;
    if (this.#taken <= this.promised) return;
    const step = Math.max(this.#stepBytes, this.#taken - this.promised);
    this.promised += step;
    await this.promise(step);
  }
}

interface EntryRecord extends TreeSummary {
  readonly key: string;
}

async function readRecord(path: string): Promise<EntryRecord | undefined> {
  try {
    const record = JSON.parse(await readFile(join(path, RECORD_FILE), 'utf8')) as EntryRecord & { version: number };
    return record.version === RECORD_VERSION ? record : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR' || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

async function isSound({ directory, summary }: Entry): Promise<boolean> {
  try {
    const found = await summarizeTree(directory);
    return found.fingerprint === summary.fingerprint;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function diskSpace(path: string): Promise<{ readonly free: number; readonly reserve: number }> {
  const { bsize, blocks, bavail } = await statfs(path);
  return { free: bavail * bsize, reserve: Math.min(MAX_RESERVE_BYTES, blocks * bsize * MAX_RESERVE_SHARE) };
}
