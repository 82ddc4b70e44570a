import { type Invocation, isSettled } from '../../core/invocation/invocation.js';
import type { World } from '../world.js';

/** The longest time between two looks of a watcher at the record, because a signal may be lost. */
const LONGEST_REST_MS = 5_000;

/**
 * Wakes the watchers of invocations. All watchers share one listener to the signals, and all watchers of one invocation
 * share each look at its record.
 */
export class InvocationWatch {
  private readonly waiting = new Map<string, Set<() => void>>();
  private readonly looks = new Map<string, Promise<Invocation | undefined>>();
  private isStopped = false;

  constructor(private readonly world: Pick<World, 'clock' | 'invocations' | 'signals'>) {
    world.signals.subscribe((signal) => {
      if (signal.kind !== 'invocation') return;
      // A look that has begun may show the state before the signal.
      this.looks.delete(signal.invocationId);
      for (const wake of this.waiting.get(signal.invocationId) ?? []) wake();
    });
  }

  /** Ends all watches. Each watcher gets the invocation as it is, and no more after that. */
  stop(): void {
    this.isStopped = true;
    for (const wakes of this.waiting.values()) for (const wake of wakes) wake();
  }

  /**
   * Yields the invocation as it is, and again whenever it may have changed, until it is settled, it is gone, or the
   * signal aborts.
   */
  async *changes(id: string, signal?: AbortSignal): AsyncGenerator<Invocation, void, void> {
    const changed = new Wakening(this.world.clock);
    const forget = this.subscribe(id, () => changed.wake());
    const stop = (): void => changed.wake();
    signal?.addEventListener('abort', stop);
    try {
      for (;;) {
        signal?.throwIfAborted();
        changed.reset();
        const invocation = await this.look(id);
        if (!invocation) return;
        yield invocation;
        if (isSettled(invocation.state) || this.isStopped) return;
        await changed.within(LONGEST_REST_MS);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      forget();
    }
  }

  /** Resolves with the invocation when it is settled, or as it is after `ms`; undefined if it does not exist. */
  async settled(id: string, ms: number, signal?: AbortSignal): Promise<Invocation | undefined> {
    signal?.throwIfAborted();
    const over = new AbortController();
    const end = (): void => over.abort();
    signal?.addEventListener('abort', end);
    void this.world.clock.sleep(ms, over.signal).then(end, () => undefined);
    let last: Invocation | undefined;
    try {
      for await (const invocation of this.changes(id, over.signal)) last = invocation;
      return last;
    } catch (error) {
      signal?.throwIfAborted();
      if (!over.signal.aborted) throw error;
      return last ?? (await this.look(id));
    } finally {
      over.abort();
      signal?.removeEventListener('abort', end);
    }
  }

  private subscribe(id: string, wake: () => void): () => void {
    const own = this.waiting.get(id) ?? new Set();
    this.waiting.set(id, own);
    own.add(wake);
    return () => {
      own.delete(wake);
      if (own.size === 0) this.waiting.delete(id);
    };
  }

  private look(id: string): Promise<Invocation | undefined> {
    const underWay = this.looks.get(id);
    if (underWay) return underWay;
    const look: Promise<Invocation | undefined> = this.world.invocations.find(id).finally(() => {
      if (this.looks.get(id) === look) this.looks.delete(id);
    });
    this.looks.set(id, look);
    return look;
  }
}

/** A sleep that lasts until an event, and not at all if the event came before it. */
class Wakening {
  private hasHappened = false;
  private sleep: AbortController | undefined;

  constructor(private readonly clock: World['clock']) {}

  wake(): void {
    this.hasHappened = true;
    this.sleep?.abort();
  }

  reset(): void {
    this.hasHappened = false;
  }

  async within(ms: number): Promise<void> {
    if (this.hasHappened) return;
    const sleep = (this.sleep = new AbortController());
    await this.clock.sleep(ms, sleep.signal).catch(() => undefined);
    this.sleep = undefined;
  }
}
