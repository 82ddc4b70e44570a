import type { Dispatcher } from 'undici';

/** The bytes that are held for a slow reader before the container has to wait. */
const HIGH_WATER_BYTES = 256 * 1024;

/** The body of a response as it arrives. The container is slowed down to the reader's pace. */
export class ContainerResponseBody implements AsyncIterableIterator<Uint8Array> {
  readonly #controller: Dispatcher.DispatchController;
  readonly #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  #ended = false;
  #error: unknown;
  #reader: PromiseWithResolvers<IteratorResult<Uint8Array>> | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    this.#controller = controller;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    const chunk = this.#chunks.shift();
    if (chunk !== undefined) {
      this.#heldBytes -= chunk.length;
      if (this.#controller.paused && this.#heldBytes < HIGH_WATER_BYTES) this.#controller.resume();
      return Promise.resolve({ done: false, value: chunk });
    }
    if (this.#error !== undefined) return Promise.reject(this.#error);
    if (this.#ended) return Promise.resolve({ done: true, value: undefined });
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  /** Stops reading. The connection is closed unless the response is complete. */
  return(): Promise<IteratorResult<Uint8Array>> {
    this.#chunks.length = 0;
    if (!this.#ended) {
      this.#ended = true;
      this.#controller.abort(new Error('The reader of the response stopped.'));
    }
    return Promise.resolve({ done: true, value: undefined });
  }

  push(chunk: Uint8Array): void {
    if (this.#reader !== undefined) {
      this.#reader.resolve({ done: false, value: chunk });
      this.#reader = undefined;
      return;
    }
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#heldBytes >= HIGH_WATER_BYTES) this.#controller.pause();
  }

  end(): void {
    this.#ended = true;
    this.#reader?.resolve({ done: true, value: undefined });
    this.#reader = undefined;
  }

  /** Fails the body. Chunks that were not read yet are dropped, because half a response is useless. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    this.#chunks.length = 0;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }
}
