import type { Clock } from '../core/ports/clock.js';

/**
 * The abort reason of a cleared timer. The default reason, an error with its stack, costs more than the rest of a
 * deadline.
 */
const CLEARED = 'cleared';

/**
 * A signal that aborts when the time is up, or when the outer signal, if any, aborts. Call `clear` when the work is
 * done.
 */
export class Deadline {
  private readonly controller = new AbortController();
  private readonly timer = new AbortController();
  private readonly onOuterAbort = (): void => this.controller.abort(this.outer?.reason);
  private isUp = false;

  constructor(
    clock: Clock,
    ms: number,
    private readonly outer?: AbortSignal,
  ) {
    if (outer?.aborted) this.onOuterAbort();
    else outer?.addEventListener('abort', this.onOuterAbort, { once: true });
    void this.run(clock, ms);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** Whether the time ended it, and not the outer signal. */
  get passed(): boolean {
    return this.isUp;
  }

  clear(): void {
    this.timer.abort(CLEARED);
    this.outer?.removeEventListener('abort', this.onOuterAbort);
  }

  private async run(clock: Clock, ms: number): Promise<void> {
    try {
      await clock.sleep(ms, this.timer.signal);
    } catch {
      return;
    }
    this.isUp = true;
    this.controller.abort(new Error(`The deadline of ${ms} ms has passed.`));
  }
}
