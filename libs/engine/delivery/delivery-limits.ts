import {
  type Circuit,
  circuitAfter,
  attemptsAllowed,
  isOutdated,
  isWell,
} from '../../core/delivery/circuit-breaker.js';
import type { DeliveryResult } from '../../core/delivery/delivery-attempt.js';
import { TOPICS } from '../../core/delivery/delivery.js';
import type { Clock } from '../../core/ports/clock.js';
import type { Closed } from '../../core/ports/outbox.js';

/** How many deliveries are under way at once to topics, and how many to all other destinations: of up to 800 KiB each. */
const MAX_TO_TOPICS = 64;
const MAX_TO_OTHERS = 128;
/** Of these to one destination: a slow receiver holds up its own and nobody else's. */
const MAX_PER_DESTINATION = 8;
/** Whoever takes longer to answer gets one at a time, so that many of them do not hold up everybody either. */
const SLOW_MS = 5_000;
/** How long that is held against a destination to which nothing is sent. */
const SLOW_MEMORY_MS = 600_000;

/**
 * How many deliveries may be under way at once, in all and to each destination. A destination that is slow gets one at
 * a time, and one that keeps failing gets none for a while.
 */
export class DeliveryLimits {
  /** How many are under way, by destination. */
  private readonly busy = new Map<string, number>();
  private toOthers = 0;
  /** Of destinations that have failed lately. */
  private readonly circuits = new Map<string, Circuit>();
  /** When the last attempt ended that took long, by destination. */
  private readonly slow = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'now' | 'chance'>) {}

  /** How many deliveries may begin now, even if all of them are to the same destination. */
  get freeForAny(): number {
    const counts = [this.allowed(TOPICS), Math.min(MAX_PER_DESTINATION, MAX_TO_OTHERS - this.toOthers)];
    for (const destination of this.known()) counts.push(this.allowed(destination));
    const open = counts.filter((count) => count > 0);
    return open.length === 0 ? 0 : Math.min(...open);
  }

  /** The destinations that nothing may be sent to now. */
  get closed(): Closed {
    return { has: (destination) => this.allowed(destination) === 0 };
  }

  /** When a destination that is left alone is to be tried again. */
  get nextProbeAt(): number {
    const now = this.clock.now();
    const times = [...this.circuits.values()].map(({ openUntil = Infinity }) => openUntil).filter((at) => at > now);
    return Math.min(Infinity, ...times);
  }

  /** Counts an attempt that begins. */
  begin(destination: string): void {
    this.busy.set(destination, (this.busy.get(destination) ?? 0) + 1);
    if (destination !== TOPICS) this.toOthers += 1;
  }

  /** Counts an attempt that ended, and learns from its result and its duration. */
  end(destination: string, result: DeliveryResult, durationMs: number): void {
    const left = this.busy.get(destination)! - 1;
    if (left === 0) this.busy.delete(destination);
    else this.busy.set(destination, left);
    if (destination === TOPICS) return;
    this.toOthers -= 1;
    const now = this.clock.now();
    if (durationMs > SLOW_MS) this.slow.set(destination, now);
    else this.slow.delete(destination);
    const circuit = circuitAfter(this.circuits.get(destination), isWell(result), now, this.clock.chance());
    if (circuit) this.circuits.set(destination, circuit);
    else this.circuits.delete(destination);
  }

  /** What destinations did long ago says nothing about now. */
  forgetOld(): void {
    const now = this.clock.now();
    for (const [destination, circuit] of this.circuits) {
      if (isOutdated(circuit, now)) this.circuits.delete(destination);
    }
    for (const [destination, at] of this.slow) if (now - at > SLOW_MEMORY_MS) this.slow.delete(destination);
  }

  private allowed(destination: string): number {
    const underWay = this.busy.get(destination) ?? 0;
    if (destination === TOPICS) return MAX_TO_TOPICS - underWay;
    const own = (this.slow.has(destination) ? 1 : MAX_PER_DESTINATION) - underWay;
    const free = Math.max(0, Math.min(own, MAX_TO_OTHERS - this.toOthers));
    const circuit = this.circuits.get(destination);
    // The one attempt that is to find out is under way.
    if (circuit?.openUntil !== undefined && underWay > 0) return 0;
    return attemptsAllowed(circuit, this.clock.now(), free);
  }

  private known(): Set<string> {
    return new Set([...this.busy.keys(), ...this.circuits.keys(), ...this.slow.keys()]);
  }
}
