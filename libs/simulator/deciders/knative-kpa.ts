import { backlogSize } from '../../core/invocation/backlog.js';
import { type Decider, type Look, type Situation, clamp } from '../decider.js';
import { WindowAverage } from '../window-average.js';

const TICK_MS = 2_000;
const STABLE_WINDOW_MS = 60_000;
const PANIC_WINDOW_MS = 6_000;
const PANIC_THRESHOLD = 2;
const MAX_SCALE_UP_RATE = 1_000;
const MAX_SCALE_DOWN_RATE = 2;
const TARGET_UTILIZATION = 0.7;

/**
 * Knative's pod autoscaler on concurrency, with its defaults, as if its activator held the whole backlog. Every 2 s it
 * divides the average over a minute by 70 % of an instance's slots; in panic, while an average over 6 s calls for twice
 * the ready instances, it uses that. The first request at zero takes effect at once, and an active variant stays active
 * for at least a stable window. The grace of 30 s before zero does not show: it is for bringing the activator into the
 * path, where the default burst capacity keeps it. (`pkg/autoscaler/scaling/autoscaler.go`, `multiscaler.go`,
 * `pkg/reconciler/autoscaling/kpa/scaler.go`)
 */
export class KnativeDecider implements Decider {
  private stable = new WindowAverage(STABLE_WINDOW_MS);
  private panic = new WindowAverage(PANIC_WINDOW_MS);
  private measuredAt = -Infinity;
  private panickedAt?: number;
  private mostInPanic = 0;
  private activeSince?: number;

  isRousedBy({ backlog, desired }: Situation): boolean {
    return desired === 0 && backlogSize(backlog) > 0;
  }

  look(situation: Situation): Look {
    const { backlog, bounds, desired, now } = situation;
    const isAsleep = desired === 0 && backlogSize(backlog) === 0;
    const wanted = isAsleep ? 0 : this.notTooSoon(this.scale(situation), situation);
    return { desired: clamp(wanted, bounds), lookAgainAt: now + TICK_MS };
  }

  private scale({ backlog, inService, now, queuedMs, runningMs, slotsPerInstance }: Situation): number {
    if (now - this.measuredAt >= STABLE_WINDOW_MS) this.forget();
    this.measuredAt = now;
    const ready = Math.max(1, inService);
    // The activator reports a first request at once, and averages from then on.
    const first = Math.min(1, backlogSize(backlog));
    const countFor = (window: WindowAverage): number =>
      Math.ceil((window.at(now, queuedMs + runningMs) ?? first) / (slotsPerInstance * TARGET_UTILIZATION));
    const within = (count: number): number =>
      Math.min(Math.ceil(MAX_SCALE_UP_RATE * ready), Math.max(Math.floor(ready / MAX_SCALE_DOWN_RATE), count));
    const stable = countFor(this.stable);
    const panic = countFor(this.panic);
    this.notePanic(panic / ready >= PANIC_THRESHOLD, now);
    if (this.panickedAt === undefined) return within(stable);
    this.mostInPanic = Math.max(this.mostInPanic, within(stable), within(panic));
    return this.mostInPanic;
  }

  /** Starts the averages anew, after a window without any pod or request. */
  private forget(): void {
    this.stable = new WindowAverage(STABLE_WINDOW_MS);
    this.panic = new WindowAverage(PANIC_WINDOW_MS);
  }

  /** Begins or ends a panic. In panic it never scales in; the panic ends a stable window after its last cause. */
  private notePanic(isOverThreshold: boolean, now: number): void {
    if (isOverThreshold) this.panickedAt = now;
    else if (this.panickedAt !== undefined && now - this.panickedAt > STABLE_WINDOW_MS) {
      this.panickedAt = undefined;
      this.mostInPanic = 0;
    }
  }

  /** Keeps a variant that is being activated, and keeps an active one for at least a stable window. */
  private notTooSoon(wanted: number, { desired, inService, now }: Situation): number {
    if (inService > 0) this.activeSince ??= now;
    if (wanted > 0) return wanted;
    if (inService === 0) return desired;
    if (now - this.activeSince! < STABLE_WINDOW_MS) return 1;
    this.activeSince = undefined;
    return 0;
  }
}
