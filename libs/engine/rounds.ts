import type { Clock } from '../core/ports/clock.js';

/**
 * A loop that rests between its rounds, until the time that the last round returned or until `call`. A call during a
 * round is followed by another round.
 */
export class Rounds {
  private readonly stopping = new AbortController();
  private called = Promise.withResolvers<void>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    /**
     * Must not reject. Resolves with the time of the next round, if no call comes before it; with `Infinity` if none is
     * due.
     */
    private readonly round: () => Promise<number>,
    /** How long calls are collected before one round answers them together. */
    private readonly gatherMs = 0,
  ) {}

  /** Aborted on `stop`: no more rounds begin. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /**
   * Starts the loop. The first round comes at once, or at `firstAt` (milliseconds since the epoch), or at a call before
   * it.
   */
  start(firstAt?: number): void {
    this.loop = this.run(firstAt);
  }

  call(): void {
    this.called.resolve();
  }

  /** Begins no more rounds. Resolves when the round under way, if any, has ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.called.resolve();
    await this.loop;
  }

  private async run(firstAt?: number): Promise<void> {
    if (firstAt !== undefined) await this.restUntil(firstAt);
    while (!this.signal.aborted) {
      this.called = Promise.withResolvers<void>();
      const dueAt = await this.round();
      await this.restUntil(dueAt);
    }
  }

  private async restUntil(dueAt: number): Promise<void> {
    const ms = dueAt - this.clock.now();
    if (ms <= 0) return;
    const timer = new AbortController();
    const isCalled = await Promise.race([this.called.promise.then(() => true), this.isDueAfter(ms, timer.signal)]);
    timer.abort();
    if (!isCalled || this.gatherMs === 0) return;
    await this.clock.sleep(Math.min(ms, this.gatherMs), this.signal).catch(() => undefined);
  }

  private async isDueAfter(ms: number, signal: AbortSignal): Promise<false> {
    // Creates a new promise each time: a shared promise would keep every waiter alive.
    if (ms === Infinity) return new Promise<false>(() => undefined);
    await this.clock.sleep(ms, signal).catch(() => undefined);
    return false;
  }
}
