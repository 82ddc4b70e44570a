import { type Invocation, isSettled } from '../core/invocation.js';
import type { World } from './world.js';

/** Signals may be lost: whoever waits looks at the record at least this often. */
const LONGEST_REST_MS = 5_000;

type Listener = () => void;

/**
 * Wakes those who wait for invocations, however many they are: one listener to the signals for all of them, and one look
 * at the waiting by id for each signal.
 */
export class InvocationWatch {
  private readonly listeners = new Map<string, Set<Listener>>();
  private readonly unsubscribe: () => void;

  constructor(private readonly world: Pick<World, 'clock' | 'ledger' | 'signals'>) {
    this.unsubscribe = world.signals.subscribe((signal) => {
      if (signal.kind !== 'invocation') return;
      for (const listener of this.listeners.get(signal.invocationId) ?? []) listener();
    });
  }

  /** Calls `listener` whenever the invocation may have changed, until the returned function is called. */
  subscribe(invocationId: string, listener: Listener): () => void {
    let own = this.listeners.get(invocationId);
    if (!own) this.listeners.set(invocationId, (own = new Set()));
    own.add(listener);
    return () => {
      own.delete(listener);
      if (own.size === 0 && this.listeners.get(invocationId) === own) this.listeners.delete(invocationId);
    };
  }

  /** The invocation when it is settled, or as it stands after `ms`; undefined where it does not exist. */
  async settled(invocationId: string, ms: number, signal?: AbortSignal): Promise<Invocation | undefined> {
    const { clock, ledger } = this.world;
    const until = clock.now() + ms;
    for (;;) {
      // Before the record is looked at: a change in between is not missed.
      const change = this.nextChange(invocationId, signal);
      try {
        const invocation = await ledger.find(invocationId, signal);
        const leftMs = until - clock.now();
        if (!invocation || isSettled(invocation.state) || leftMs <= 0) return invocation;
        await change.within(Math.min(leftMs, LONGEST_REST_MS));
      } finally {
        change.forget();
      }
    }
  }

  close(): void {
    this.unsubscribe();
  }

  private nextChange(invocationId: string, signal?: AbortSignal) {
    const rest = new AbortController();
    const wake = (): void => rest.abort();
    const unsubscribe = this.subscribe(invocationId, wake);
    signal?.addEventListener('abort', wake);
    return {
      within: async (ms: number): Promise<void> => {
        await this.world.clock.sleep(ms, rest.signal).catch(() => undefined);
        signal?.throwIfAborted();
      },
      forget: (): void => {
        unsubscribe();
        signal?.removeEventListener('abort', wake);
      },
    };
  }
}
