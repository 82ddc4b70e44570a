import type { Clock } from '../core/ports/clock.js';

/**
 * A loop that rests between its rounds: until the time that the last round named, or until somebody calls. A call that
 * comes during a round is followed by another round.
 */
export class Rounds {
  private readonly stopping = new AbortController();
  private called = Promise.withResolvers<void>();
  private loop: Promise<void> = Promise.resolve();

  constructor(
    private readonly clock: Clock,
    /** Must not reject. Resolves with when the next round is due although nobody calls: `Infinity` for never. */
    private readonly round: () => Promise<number>,
    /** How long calls are gathered before they are answered together. */
    private readonly gatherMs = 0,
  ) {}

  /** Aborted when no more rounds are wanted. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  /** The first round comes at once, or at a time in milliseconds since the epoch, or when somebody calls. */
  start(firstAt?: number): void {
    this.loop = this.run(firstAt);
  }

  call(): void {
    this.called.resolve();
  }

  /** Resolves when the round that is under way, if one is, is over. */
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
    // A promise of its own each time: one for all would keep everything alive that ever waited for it.
    if (ms === Infinity) return new Promise<false>(() => undefined);
    await this.clock.sleep(ms, signal).catch(() => undefined);
    return false;
  }
}
