import type { ObjectLocation } from '../../libs/core/object-location.js';
import type { StoredObject } from '../../libs/core/ports/objects.js';
import { MemoryObjects } from './memory-objects.js';

/** Objects that count what is asked of them, and can be made to stall or to change in between. */
export class WatchedObjects extends MemoryObjects {
  gets = 0;
  heads = 0;
  underWay = 0;
  mostAtOnce = 0;
  pageSize = 1_000;
  /** What all objects are said to be of, whatever they are. */
  claimedBytes: number | undefined;
  beforeGet: () => Promise<void> = async () => {};
  #onChange: () => void = () => {};
  #body: ((content: Uint8Array, signal: AbortSignal) => AsyncGenerator<Uint8Array, void, void>) | undefined;
  readonly #stalled = Promise.withResolvers<void>();

  /** From now on nothing comes of any object until `goOn`. */
  stall(): void {
    const stalled = this.#stalled.promise;
    this.#body = async function* (content, signal) {
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener('abort', () => aborted.reject(signal.reason as Error), { once: true });
      await Promise.race([stalled, aborted.promise]);
      yield content;
    };
  }

  goOn(): void {
    this.#stalled.resolve();
  }

  /** From now on nothing comes of any object, as though that were all. */
  breakOff(): void {
    this.#body = async function* () {};
  }

  /** Resolves when something that was asked of it has made this true. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise<void>((resolve) => (this.#onChange = resolve));
  }

  override async head(...args: Parameters<MemoryObjects['head']>): ReturnType<MemoryObjects['head']> {
    const head = await super.head(...args);
    this.heads += 1;
    this.#onChange();
    return { ...head, sizeBytes: this.claimedBytes ?? head.sizeBytes };
  }

  override list(
    bucket: string,
    options: Parameters<MemoryObjects['list']>[1],
    signal?: AbortSignal,
  ): ReturnType<MemoryObjects['list']> {
    return super.list(bucket, { limit: this.pageSize, ...options }, signal);
  }

  override async get(location: ObjectLocation, options?: object, signal?: AbortSignal): Promise<StoredObject> {
    await this.beforeGet();
    this.gets += 1;
    const stored = await super.get(location, options, signal);
    const body = (this.#body ?? whole)(stored.body as Uint8Array, signal!);
    return { ...stored, body: this.#counted(body) };
  }

  async *#counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, void> {
    this.underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.underWay);
    this.#onChange();
    try {
      yield* body;
    } finally {
      this.underWay -= 1;
    }
  }
}

async function* whole(content: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield content;
}
