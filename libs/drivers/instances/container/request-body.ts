/**
 * A streamed request body that remembers its own failure, so that it is never taken for the container's, and that is
 * released also when the request ends before a byte of it was wanted.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  /** What the source raised. */
  error: unknown;
  readonly #source: AsyncIterable<Uint8Array>;
  #taken = false;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    this.#taken = true;
    try {
      yield* this.#source;
    } catch (error) {
      this.error = error;
      throw error;
    }
  }

  /** Releases the source if nobody has begun to read it; a reader releases it himself. */
  cancel(): void {
    if (this.#taken) return;
    this.#taken = true;
    const released = this.#source[Symbol.asyncIterator]().return?.();
    // Why the request failed is told already; that its input could not be closed would only hide it.
    released?.then(undefined, () => {});
  }
}
