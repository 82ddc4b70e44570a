/** Runs work once for all its concurrent callers, and aborts it when no caller waits for it any more. */
export class SharedWork<K> {
  readonly #underWay = new Map<K, Shared>();

  /** Waits for the work under `key`, which the first caller begins. An abort ends only this caller's wait. */
  async run(key: K, begin: (stop: AbortSignal) => Promise<void>, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const shared = this.#underWay.get(key) ?? this.#begin(key, begin);
    shared.waiting += 1;
    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const onAbort = (): void => reject(signal!.reason as Error);
    signal?.addEventListener('abort', onAbort);
    try {
      await Promise.race([shared.done, aborted]);
    } finally {
      signal?.removeEventListener('abort', onAbort);
      shared.waiting -= 1;
      if (shared.waiting === 0) this.#end(key, shared);
    }
  }

  #begin(key: K, begin: (stop: AbortSignal) => Promise<void>): Shared {
    const stop = new AbortController();
    const shared: Shared = { stop, waiting: 0, done: begin(stop.signal) };
    // The callers that wait get the error; there may be none left.
    shared.done.catch(() => {});
    this.#underWay.set(key, shared);
    return shared;
  }

  #end(key: K, shared: Shared): void {
    if (this.#underWay.get(key) === shared) this.#underWay.delete(key);
    shared.stop.abort(new Error('No caller waits for this work any more.'));
  }
}

interface Shared {
  readonly stop: AbortController;
  readonly done: Promise<void>;
  waiting: number;
}
