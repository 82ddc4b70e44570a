/** The time, and chance: everything that makes two runs differ. Virtual in tests. */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;

  /** Resolves after `ms`; rejects with the signal's reason when it is aborted. */
  abstract sleep(ms: number, signal?: AbortSignal): Promise<void>;

  /** A new unique id whose text sorts in the order of making (UUID version 7). */
  abstract uniqueId(): string;

  /** A number from 0 up to 1. */
  abstract chance(): number;
}
