/** A caller that waits for a filling. */
interface Waiter<T> {
  readonly resolve: (filled: T) => void;
  readonly onFetched: () => void;
}

/** The work of a filling. `deliver` hands the result to the callers, and returns their number. */
export interface Fill<T> {
  (deliver: (filled: T) => number, onFetched: () => void, stop: AbortSignal): Promise<void>;
}

/**
 * A model that is being fetched for all callers that wait for it. An abort ends only the caller's own wait; the work
 * ends when no caller waits any more.
 */
export class ModelFilling<T> {
  /** Resolves when the work has ended. */
  readonly ended: Promise<void>;
  readonly #waiters = new Set<Waiter<T>>();
  readonly #stop = new AbortController();
  #failure: { readonly error: unknown } | undefined;
  #isFetched = false;
  #isDelivered = false;

  constructor(fill: Fill<T>) {
    const deliver = (filled: T): number => this.#deliver(filled);
    this.ended = fill(deliver, () => this.#tellFetched(), this.#stop.signal).catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /** Tells whether a caller may still join: not after a delivery, a failure or a stop. */
  get isOpen(): boolean {
    return !this.#isDelivered && this.#failure === undefined && !this.#stop.signal.aborted;
  }

  /**
   * Waits for the result. Raises the error of `fill`, or the signal's reason. The last caller that gives up waits until
   * the work has cleaned up.
   */
  async join(onFetched: () => void, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter: Waiter<T> = { resolve, onFetched };
    this.#waiters.add(waiter);
    if (this.#isFetched) onFetched();
    const onAbort = (): void => {
      // A caller that was delivered to is no longer in the set, and has its result.
      if (this.#waiters.delete(waiter)) reject(signal.reason as Error);
    };
    signal.addEventListener('abort', onAbort);
    void this.ended.then(() => this.#failure && reject(this.#failure.error));
    try {
      return await promise;
    } catch (error) {
      if (this.#waiters.size === 0) {
        this.#stop.abort(error);
        await this.ended;
      }
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /** Delivers to all callers at one moment, so that each has either the result or given up. */
  #deliver(filled: T): number {
    const waiters = [...this.#waiters];
    this.#isDelivered = true;
    this.#waiters.clear();
    for (const { resolve } of waiters) resolve(filled);
    return waiters.length;
  }

  #tellFetched(): void {
    this.#isFetched = true;
    for (const { onFetched } of this.#waiters) onFetched();
  }
}
