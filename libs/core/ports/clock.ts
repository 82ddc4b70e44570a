/** The time, ids and chance: everything that makes two runs differ. Virtual in tests. */
export abstract class Clock {
  /** Returns milliseconds since the epoch. */
  abstract now(): number;

  /** Resolves after `ms`. Rejects with the signal's reason if the signal is aborted. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;

  /** Returns a new unique id. Ids sort as text in the order of their creation (UUID version 7). */
  abstract uniqueId(): string;

  /** Returns a random number from 0 up to 1. */
  abstract chance(): number;
}
