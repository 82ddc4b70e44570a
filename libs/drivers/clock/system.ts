import { randomFillSync } from 'node:crypto';
import { Clock } from '../../core/ports/clock.js';

/** The longest delay of one timer, which counts milliseconds in 31 bits. A longer sleep uses several timers in turn. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of the machine, with its source of randomness. */
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
        // Node's own error hides the signal's reason.
        signal?.throwIfAborted();
        throw error;
      }
      left -= LONGEST_TIMER_MS;
    } while (left > 0);
  }

  /**
   * Returns a UUID version 7 whose 12 bits after the time are a counter (RFC 9562, 6.2, method 1), so that ids made
   * within one millisecond sort too. If the clock steps back or the counter is used up, ids count on from the last
   * time.
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

  /**
   * Takes 8 random bytes from a pool, because asking the system for 8 bytes at a time costs more than the rest of an
   * id.
   */
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

/**
 * Sleeps with one timer. Unlike Node's own promise it creates no error on an abort, because most sleeps are deadlines
 * that are cancelled before they are reached.
 */
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
