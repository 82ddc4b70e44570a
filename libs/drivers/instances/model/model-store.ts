import { resolve } from 'node:path';
import type { ContainerDefinition } from '../../../core/model/container.js';
import type { StartPhase } from '../../../core/instance/start-phase.js';
import { type ModelDataSource, modelSourceOf } from '../../../core/model/model-data.js';
import type { Objects } from '../../../core/ports/objects.js';
import { inParallel } from './in-parallel.js';
import { type CacheEntry, type FillingRoom, ModelCache } from './model-cache.js';
import { downloadFiles, getListed } from './model-download.js';
import { explainFailure, ModelChanged, unusable } from './model-failure.js';
import { ModelFilling } from './model-filling.js';
import { listModel, type ModelListing } from './model-listing.js';
import { DEFAULT_MODEL_LIMITS, discardEntry, type ModelLimits, readArchive, unpackInto } from './model-unpacking.js';

const DEFAULT_MAX_BYTES = 20e9;
/** The most listings for one acquisition: a model that changes while it is fetched is listed again. */
const MAX_LISTINGS = 3;

/** The storage, folder and limits of a model store. */
export interface ModelStoreOptions {
  /** The storage that models are fetched from. */
  readonly objects: Objects;
  /** The folder of the cache, which belongs to one running Ebb at a time. */
  readonly directory: string;
  /** The most bytes of models kept on disk, 20 GB by default; models in use may take more. */
  readonly maxBytes?: number;
  readonly limits?: Partial<ModelLimits>;
}

/**
 * The model files that an instance reads: complete, readable by every user and writable by none, until they are
 * released.
 */
export interface HeldModel {
  /** The absolute path of the files for the model directory; undefined if the container has no model data. */
  readonly directory?: string;
  /** The absolute path of the files of each additional source. */
  readonly additional: readonly { readonly channelName: string; readonly directory: string }[];
  /** Must be called when the instance is gone, or was never launched. Raises nothing; harmless when repeated. */
  release(): Promise<void>;
}

/** The time limit and the callbacks of one acquisition. */
export interface AcquireOptions {
  /** The time limit for fetching and unpacking together; both are cancelled then. */
  readonly timeoutMs: number;
  /**
   * Called with `download`, and with `unpack` when the last byte has arrived. If everything is in the cache, one
   * follows right after the other.
   */
  readonly onPhase?: (phase: StartPhase) => void;
  readonly signal?: AbortSignal;
}

/**
 * The files of models on this machine. They are fetched once for all instances that use the same model, and kept for
 * later ones, also over a restart. Each time, storage is asked whether they are still current.
 */
export class ModelStore {
  readonly #objects: Objects;
  readonly #cache: ModelCache;
  readonly #limits: ModelLimits;
  readonly #fillings = new Map<string, ModelFilling<CacheEntry>>();

  private constructor(objects: Objects, cache: ModelCache, limits: Partial<ModelLimits> = {}) {
    this.#objects = objects;
    this.#cache = cache;
    this.#limits = { ...DEFAULT_MODEL_LIMITS, ...limits };
  }

  static async open({ objects, directory, maxBytes, limits }: ModelStoreOptions): Promise<ModelStore> {
    return new ModelStore(objects, await ModelCache.open(resolve(directory), maxBytes ?? DEFAULT_MAX_BYTES), limits);
  }

  /**
   * Holds all files of a container. Raises `ModelDataUnusable` if they are missing, unreadable, unsafe, of another
   * version or too late, and `Unavailable` if this machine or its storage is at fault; nothing is held then.
   */
  async acquire(container: ContainerDefinition, options: AcquireOptions): Promise<HeldModel> {
    const sources = sourcesOf(container);
    const { onPhase = () => {} } = options;
    if (sources.length > 0) onPhase('download');
    let coming = sources.length;
    const onFetched = (): void => {
      coming -= 1;
      if (coming === 0) onPhase('unpack');
    };
    const entries = await this.#acquireAll(sources, onFetched, options);
    return this.#held(entries.map((entry, index) => ({ channelName: sources[index]!.channelName, entry })));
  }

  /**
   * Raises the errors that `acquire` would, and keeps nothing: files are looked up, and archives are read unless they
   * are in the cache.
   */
  async verify(container: ContainerDefinition, { timeoutMs, signal }: AcquireOptions): Promise<void> {
    const verify = ({ source }: NamedSource, stop: AbortSignal): Promise<void> =>
      withinTime(source.uri, timeoutMs, stop, (limit) => this.#verifySource(source, limit));
    const sources = sourcesOf(container);
    await inParallel(sources, sources.length, verify, signal ?? new AbortController().signal);
  }

  /**
   * Holds again the files that an instance of an earlier run of Ebb still uses, by the directories that it was given
   * then. Undefined if one of them is not in the cache any more. Must be called before the first `acquire`.
   */
  reclaim(model: Pick<HeldModel, 'directory' | 'additional'>): HeldModel | undefined {
    const claims = [
      ...(model.directory === undefined ? [] : [{ channelName: undefined, directory: model.directory }]),
      ...model.additional,
    ].map(({ channelName, directory }) => ({ channelName, entry: this.#cache.holdDirectory(directory) }));
    const found = claims.filter((claim): claim is Claim => claim.entry !== undefined);
    const held = this.#held(found);
    if (found.length === claims.length) return held;
    void held.release();
    return undefined;
  }

  async #acquireAll(
    sources: readonly NamedSource[],
    onFetched: () => void,
    { timeoutMs, signal }: AcquireOptions,
  ): Promise<CacheEntry[]> {
    const failed = new AbortController();
    const stop = signal === undefined ? failed.signal : AbortSignal.any([signal, failed.signal]);
    const acquiring = sources.map(async ({ source }) => {
      try {
        return await withinTime(source.uri, timeoutMs, stop, (limit) => this.#acquireSource(source, onFetched, limit));
      } catch (error) {
        // The first failure ends the others, whose own errors do not matter.
        failed.abort(error);
        return undefined;
      }
    });
    const entries = (await Promise.all(acquiring)).filter((entry) => entry !== undefined);
    if (!failed.signal.aborted) return entries;
    await Promise.all(entries.map((entry) => this.#cache.release(entry)));
    throw failed.signal.reason;
  }

  async #acquireSource(source: ModelDataSource, onFetched: () => void, signal: AbortSignal): Promise<CacheEntry> {
    let isFetched = false;
    const onFetchedOnce = (): void => {
      if (!isFetched) onFetched();
      isFetched = true;
    };
    for (let listings = 1; ; listings += 1) {
      const listing = await listModel(this.#objects, source, this.#limits.maxEntries, signal);
      const entry = await this.#cache.hold(listing.key);
      if (entry !== undefined) {
        onFetchedOnce();
        return entry;
      }
      try {
        return await this.#fillingOf(listing).join(onFetchedOnce, signal);
      } catch (error) {
        if (!(error instanceof ModelChanged) || listings === MAX_LISTINGS) throw error;
      }
    }
  }

  /** Returns the filling of this listing that is under way, or a new one. */
  #fillingOf(listing: ModelListing): ModelFilling<CacheEntry> {
    const { key } = listing;
    const underWay = this.#fillings.get(key);
    if (underWay?.isOpen) return underWay;
    const filling = new ModelFilling<CacheEntry>((deliver, onFetched, stop) => {
      const fill = (directory: string, room: FillingRoom): Promise<void> =>
        this.#fetch(listing, directory, room, onFetched, stop);
      return this.#cache.fill(key, fill, deliver);
    });
    this.#fillings.set(key, filling);
    void filling.ended.finally(() => {
      if (this.#fillings.get(key) === filling) this.#fillings.delete(key);
    });
    return filling;
  }

  async #fetch(
    { isArchive, files }: ModelListing,
    directory: string,
    room: FillingRoom,
    onFetched: () => void,
    stop: AbortSignal,
  ): Promise<void> {
    if (isArchive) {
      const archive = await getListed(this.#objects, files[0]!, stop);
      await readArchive(archive, unpackInto(directory, room), this.#limits, onFetched, stop);
      return;
    }
    await downloadFiles(this.#objects, files, directory, room, stop);
    onFetched();
  }

  async #verifySource(source: ModelDataSource, signal: AbortSignal): Promise<void> {
    const { isArchive, files, key } = await listModel(this.#objects, source, this.#limits.maxEntries, signal);
    if (!isArchive) return;
    const kept = await this.#cache.hold(key);
    if (kept !== undefined) return this.#cache.release(kept);
    const archive = await this.#objects.get(files[0]!.location, undefined, signal);
    await readArchive(archive, discardEntry, this.#limits, () => {}, signal);
  }

  #held(claims: readonly Claim[]): HeldModel {
    let entries = claims.map(({ entry }) => entry);
    return {
      directory: claims.find(({ channelName }) => channelName === undefined)?.entry.directory,
      additional: claims.flatMap(({ channelName, entry: { directory } }) =>
        channelName === undefined ? [] : [{ channelName, directory }],
      ),
      release: async () => {
        const releasing = entries.map((entry) => this.#cache.release(entry));
        entries = [];
        await Promise.all(releasing);
      },
    };
  }
}

interface Claim {
  /** Absent for the files of the model directory itself. */
  readonly channelName: string | undefined;
  readonly entry: CacheEntry;
}

interface NamedSource {
  readonly channelName: string | undefined;
  readonly source: ModelDataSource;
}

function sourcesOf(container: ContainerDefinition): NamedSource[] {
  const model = modelSourceOf(container);
  const additional = container.additionalModelData ?? [];
  return [...(model === undefined ? [] : [{ channelName: undefined, source: model }]), ...additional];
}

/** Runs `work` under a time limit, and names the model in its errors. */
async function withinTime<T>(
  uri: string,
  timeoutMs: number,
  signal: AbortSignal | undefined,
  work: (limit: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await work(signal === undefined ? timeout : AbortSignal.any([signal, timeout]));
  } catch (error) {
    signal?.throwIfAborted();
    if (timeout.aborted) {
      throw unusable(uri, `it could not be fetched and unpacked within ${timeoutMs / 1000} seconds`, error);
    }
    throw explainFailure(uri, error);
  }
}
