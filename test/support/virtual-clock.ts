import { setImmediate } from 'node:timers/promises';
import { Clock } from '../../libs/core/ports/clock.js';
import { SeededRandom } from './seeded-random.js';

const NEW_YEAR_2026 = Date.UTC(2026, 0, 1);

/**
 * Time that passes only when it is told to. One sleeper is woken at a time, the earliest first and among equals the
 * one that lay down first, and the next one only when all that the first set going has come to rest: the same seed
 * gives the same run, and a day takes no longer than what happens in it.
 */
export class VirtualClock extends Clock {
  #now = NEW_YEAR_2026;
  #sequence = 0;
  readonly #random: SeededRandom;
  readonly #sleepers = new SleeperHeap();

  constructor(seed = 0) {
    super();
    this.#random = new SeededRandom(seed);
  }

  override now(): number {
    return this.#now;
  }

  override sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), sequence: this.#sequence++, wake: resolve };
      if (sleeper.at !== Infinity) this.#sleepers.push(sleeper);
      if (!signal) return;
      const onAbort = (): void => {
        sleeper.wake = undefined;
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      sleeper.wake = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
    });
  }

  override uniqueId(): string {
    const time = this.#now.toString(16).padStart(12, '0');
    const count = (this.#sequence++ % 2 ** 32).toString(16).padStart(8, '0');
    const chance = this.#random
      .integer(0, 2 ** 28 - 1)
      .toString(16)
      .padStart(7, '0');
    return `${time.slice(0, 8)}-${time.slice(8)}-7${count.slice(0, 3)}-8${count.slice(3, 6)}-${count.slice(6)}${chance}000`;
  }

  override chance(): number {
    return this.#random.next();
  }

  /** Lets everything that can go on without time passing go on until it rests. */
  async settle(): Promise<void> {
    await setImmediate();
  }

  /** Lets time pass, waking everybody whose time comes. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await this.runUntil(() => false, until);
    this.#now = until;
  }

  /**
   * Lets time pass until `isDone`, asked whenever everything rests, or until a time; returns whether it was done. Ends
   * early, and not done, where nobody sleeps any more.
   */
  async runUntil(isDone: () => boolean, until = Infinity): Promise<boolean> {
    await this.settle();
    while (!isDone()) {
      const sleeper = this.#sleepers.popUntil(until);
      if (!sleeper) return false;
      this.#now = Math.max(this.#now, sleeper.at);
      sleeper.wake?.();
      await this.settle();
    }
    return true;
  }
}

interface Sleeper {
  readonly at: number;
  readonly sequence: number;
  /** Absent once it was called off. */
  wake: (() => void) | undefined;
}

/** A binary heap: the simulation has tens of thousands of sleepers. */
class SleeperHeap {
  readonly #heap: Sleeper[] = [];

  push(sleeper: Sleeper): void {
    const heap = this.#heap;
    let index = heap.push(sleeper) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (isEarlier(heap[parent]!, sleeper)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = sleeper;
  }

  /** The earliest that was not called off and is due by `until`. */
  popUntil(until: number): Sleeper | undefined {
    while (this.#heap.length > 0 && (this.#heap[0]!.wake === undefined || this.#heap[0]!.at <= until)) {
      const sleeper = this.#pop();
      if (sleeper.wake) return sleeper;
    }
    return undefined;
  }

  #pop(): Sleeper {
    const heap = this.#heap;
    const first = heap[0]!;
    const last = heap.pop()!;
    if (heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isEarlier(heap[child + 1]!, heap[child]!)) child += 1;
      if (isEarlier(last, heap[child]!)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function isEarlier(a: Sleeper, b: Sleeper): boolean {
  return a.at < b.at || (a.at === b.at && a.sequence < b.sequence);
}
