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

/** The most deliveries under way at once to topics, and to all other destinations together; each is at most 800 KiB. */
const MAX_TO_TOPICS = 64;
const MAX_TO_OTHERS = 128;
/** The most deliveries under way at once to one other destination, so that a slow receiver holds up only its own. */
const MAX_PER_DESTINATION = 8;
/**
 * The answer time beyond which a destination is slow. It gets one delivery at a time, so that many slow ones do not
 * hold up the others.
 */
const SLOW_MS = 5_000;
/** How long a destination counts as slow if nothing is sent to it. */
const SLOW_MEMORY_MS = 600_000;

/**
 * Limits the deliveries under way, in all and to each destination. A slow destination gets one at a time, and a
 * destination that keeps failing gets none for a while.
 */
export class DeliveryLimits {
  /** The number of deliveries under way, by destination. */
  private readonly busy = new Map<string, number>();
  private toOthers = 0;
  /** The circuits of destinations that have failed recently. */
  private readonly circuits = new Map<string, Circuit>();
  /** When the last slow attempt ended, by destination. */
  private readonly slow = new Map<string, number>();

  constructor(private readonly clock: Pick<Clock, 'now' | 'chance'>) {}

  /** The number of deliveries that may begin now, even if all of them go to one destination. */
  get freeForAny(): number {
    const counts = [this.allowed(TOPICS), Math.min(MAX_PER_DESTINATION, MAX_TO_OTHERS - this.toOthers)];
    for (const destination of this.known()) counts.push(this.allowed(destination));
    const open = counts.filter((count) => count > 0);
    return open.length === 0 ? 0 : Math.min(...open);
  }

  /** The destinations to which nothing may be sent now. */
  get closed(): Closed {
    return { has: (destination) => this.allowed(destination) === 0 };
  }

  /** When a destination that is left alone is next tried again. */
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

  /** Forgets the old behaviour of destinations: it says nothing about the present. */
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
    // The one attempt that tests the destination is under way.
    if (circuit?.openUntil !== undefined && underWay > 0) return 0;
    return attemptsAllowed(circuit, this.clock.now(), free);
  }

  private known(): Set<string> {
    return new Set([...this.busy.keys(), ...this.circuits.keys(), ...this.slow.keys()]);
  }
}
