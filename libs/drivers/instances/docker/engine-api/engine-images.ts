import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { EbbError } from '../../../../core/errors.js';
import type { EngineClient } from './engine-client.js';
import { isAway, isMissing, wordsOf } from './engine-errors.js';
import { isLocalOnly, registryOf, withTag } from './image-reference.js';
import type { RegistryLogins } from './registry-credentials.js';
import { SharedWork } from './shared-work.js';

/** The longest silence of a pull before Ebb gives it up. */
const PULL_SILENCE_LIMIT_MS = 300_000;

/** The words of a registry that has no such image, or none for this caller. */
const REFUSALS =
  /not found|does not exist|manifest unknown|name unknown|denied|unauthorized|authentication required|no basic auth|forbidden|invalid reference|did not resolve to an alias|no matching manifest/i;

/** The progress of a pull, over all layers that are known so far. */
export interface PullProgress {
  readonly image: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}

/** One line of the engine's output during a pull. */
interface PullLine {
  readonly id?: string;
  readonly status?: string;
  readonly error?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
}

/**
 * The images on an engine. An image that is present is used unchanged; another is pulled once for all callers that wait
 * for it.
 */
export class EngineImages {
  readonly #engine: EngineClient;
  readonly #logins: RegistryLogins;
  readonly #onProgress: (progress: PullProgress) => void;
  readonly #pulls = new SharedWork<string>();
  /** The images that this process has seen on the engine. A caller that finds one missing calls `forget`. */
  readonly #present = new Set<string>();

  constructor(engine: EngineClient, logins: RegistryLogins, onProgress: (progress: PullProgress) => void = () => {}) {
    this.#engine = engine;
    this.#logins = logins;
    this.#onProgress = onProgress;
  }

  /**
   * Resolves when the image is on the engine; `onPull` is called if it must be pulled. Raises `ImageNotFound` with the
   * registry's words, or `Unavailable` if the engine or the registry could not be reached.
   */
  async ensure(image: string, onPull: () => void = () => {}, signal?: AbortSignal): Promise<void> {
    const reference = withTag(image);
    if (this.#present.has(reference)) return;
    if (!(await this.#isOnEngine(reference))) {
      signal?.throwIfAborted();
      if (isLocalOnly(image)) {
        throw new EbbError(
          'ImageNotFound',
          `The image '${image}' is not on this machine's engine: build it first, because no registry has it.`,
        );
      }
      onPull();
      await this.#pulls.run(reference, (stop) => this.#pull(reference, stop), signal);
    }
    this.#present.add(reference);
  }

  /** Forgets that an image was on the engine, because it is missing now. */
  forget(image: string): void {
    this.#present.delete(withTag(image));
  }

  async #isOnEngine(reference: string): Promise<boolean> {
    try {
      await this.#engine.ask((client) => client.getImage(reference).inspect());
      return true;
    } catch (error) {
      if (isMissing(error)) return false;
      throw this.#explain(reference, error);
    }
  }

  async #pull(reference: string, stop: AbortSignal): Promise<void> {
    const registry = registryOf(reference);
    const credentials = await this.#logins.find(registry);
    try {
      const options = { fromImage: reference, abortSignal: stop };
      const lines = await this.#engine.ask((client) => client.createImage(credentials ?? {}, options));
      await this.#follow(reference, lines as Readable, stop);
    } catch (error) {
      stop.throwIfAborted();
      const hint = credentials ? undefined : await this.#logins.hint(registry);
      throw this.#explain(reference, error, hint);
    }
  }

  async #follow(image: string, stream: Readable, stop: AbortSignal): Promise<void> {
    const layers = new Map<string, { current: number; total: number }>();
    const giveUp = (): void =>
      void stream.destroy(new Error(`there was no progress for ${PULL_SILENCE_LIMIT_MS / 1000} s`));
    const silence = setTimeout(giveUp, PULL_SILENCE_LIMIT_MS);
    const onAbort = (): void => void stream.destroy(stop.reason as Error);
    stop.addEventListener('abort', onAbort);
    try {
      for await (const text of createInterface({ input: stream })) {
        silence.refresh();
        if (text.trim() === '') continue;
        const { id, status, error, progressDetail } = JSON.parse(text) as PullLine;
        if (error !== undefined) throw new Error(error);
        if (id === undefined || status !== 'Downloading' || !progressDetail?.total) continue;
        layers.set(id, { current: progressDetail.current ?? 0, total: progressDetail.total });
        this.#onProgress({ image, ...sumOf(layers.values()) });
      }
      stop.throwIfAborted();
      if (stream.errored) throw stream.errored;
    } finally {
      clearTimeout(silence);
      stop.removeEventListener('abort', onAbort);
    }
  }

  #explain(image: string, error: unknown, hint?: string): unknown {
    if (isAway(error)) return error;
    const words = wordsOf(error);
    const reason = `The image '${image}' is not on this machine, and it could not be pulled: ${words}`;
    const isRefused = isMissing(error) || REFUSALS.test(words);
    return new EbbError(isRefused ? 'ImageNotFound' : 'Unavailable', [reason, hint].filter(Boolean).join(' '), {
      cause: error,
    });
  }
}

function sumOf(layers: Iterable<{ current: number; total: number }>): { doneBytes: number; totalBytes: number } {
  let doneBytes = 0;
  let totalBytes = 0;
  for (const { current, total } of layers) {
    doneBytes += current;
    totalBytes += total;
  }
  return { doneBytes, totalBytes };
}
