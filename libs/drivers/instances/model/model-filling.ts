/** One who waits for something to be filled. */
interface Waiter<T> {
  readonly resolve: (filled: T) => void;
  readonly onFetched: () => void;
}

/** What a filling does: `deliver` hands over what was filled, and says to how many. */
export interface Fill<T> {
  (deliver: (filled: T) => number, onFetched: () => void, stop: AbortSignal): Promise<void>;
}

/**
 * A model that is being fetched for all who want it at that moment. An abort ends one's own wait; the work ends when
 * nobody waits any more.
 */
export class ModelFilling<T> {
  /** Resolves when nothing is under way any more. */
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

  /** Whether one may still join: not when it was delivered, has failed or was given up. */
  get isOpen(): boolean {
    return !this.#isDelivered && this.#failure === undefined && !this.#stop.signal.aborted;
  }

  /** Raises what `fill` raised, or the signal's reason; when nobody waits any more, after all has been cleared up. */
  async join(onFetched: () => void, signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const waiter: Waiter<T> = { resolve, onFetched };
    this.#waiters.add(waiter);
    if (this.#isFetched) onFetched();
    const onAbort = (): void => {
      // One that was delivered to is not in it any more, and has its result.
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

  /** All at one moment, so that each has the result or has gone. */
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
