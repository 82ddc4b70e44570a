/**
 * A streamed request body that remembers its own failure, so that no one takes it for the container's. It is also
 * released if the request ends before a byte of it is read.
 */
export class RequestBody implements AsyncIterable<Uint8Array> {
  /** The error that the source raised. */
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

  /** Releases the source if reading has not begun; otherwise the reader releases it. */
  cancel(): void {
    if (this.#taken) return;
    this.#taken = true;
    const released = this.#source[Symbol.asyncIterator]().return?.();
    // The reason why the request failed is reported already; an error from closing its input would only hide it.
    released?.then(undefined, () => {});
  }
}
