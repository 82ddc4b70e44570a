import { randomFillSync } from 'node:crypto';
import { Clock } from '../../core/ports/clock.js';

/** Timers count milliseconds in 31 bits; a longer sleep is slept in parts. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's time and chance. */
export class SystemClock extends Clock {
  private readonly randomPool = Buffer.alloc(16 * 256);
  private randomUsed = this.randomPool.length;
  private lastMs = 0;
  private sequence = 0;

  override now(): number {
    return Date.now();
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    let left = ms;
    do {
      try {
        await sleepOnce(Math.min(left, LONGEST_TIMER_MS), signal);
      } catch (error) {
        // Node's own error hides why the signal was aborted.
        signal?.throwIfAborted();
        throw error;
      }
      left -= LONGEST_TIMER_MS;
    } while (left > 0);
  }

  /**
   * UUID version 7 with its 12 bits after the time used as a counter (RFC 9562, 6.2, method 1), so that ids made
   * within one millisecond sort too. A clock that steps back, or a counter that is used up, keeps counting from the
   * last time.
   */
  override uniqueId(): string {
    const now = Date.now();
    if (now > this.lastMs) {
      this.lastMs = now;
      this.sequence = 0;
    } else if (++this.sequence > 0xfff) {
      this.lastMs += 1;
      this.sequence = 0;
    }
    const time = this.lastMs.toString(16).padStart(12, '0');
    const random = this.random64().toString('hex');
    const variant = ((parseInt(random[0]!, 16) & 0x3) | 0x8).toString(16);
    const counter = this.sequence.toString(16).padStart(3, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${counter}-${variant}${random.slice(1, 4)}-${random.slice(4)}`;
  }

  override chance(): number {
    return Math.random();
  }

  /** Drawn from a pool: asking the system for 8 bytes at a time would cost more than the rest of an id. */
  private random64(): Buffer {
    if (this.randomUsed === this.randomPool.length) {
      randomFillSync(this.randomPool);
      this.randomUsed = 0;
    }
    const from = this.randomUsed;
    this.randomUsed += 8;
    return this.randomPool.subarray(from, this.randomUsed);
  }
}

/** Unlike Node's own promise, it makes no error of an abort: most sleeps are deadlines that are not reached. */
function sleepOnce(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
