import {
  EMPTY_HISTORY,
  type VariantEstimates,
  type VariantHistory,
  estimatesOf,
  withArrivals,
  withDemand,
  withServiceTimes,
  withStart,
} from '../core/learning/variant-history.js';

/** The shortest time between two estimates, unless a start was learnt; the engine does the same. */
const ESTIMATES_FRESH_MS = 1_000;

/** Learns from the simulated variant in the same order and as often as the engine learns from a real one. */
export class Learning {
  private servedMs: number[] = [];
  private starts: { readonly startMs: number; readonly at: number }[] = [];
  private accepted = 0;
  private estimated?: { readonly of: VariantEstimates; readonly at: number };

  constructor(private history: VariantHistory = EMPTY_HISTORY) {}

  noteAccepted(count: number): void {
    this.accepted += count;
  }

  noteServed(serviceMs: number): void {
    this.servedMs.push(serviceMs);
  }

  noteStarted(startMs: number, at: number): void {
    this.starts.push({ startMs, at });
  }

  /** Returns the estimates for a look, before the findings of that look are learnt. They are at most a second old. */
  estimates(maxKeepWarmMs: number, now: number): VariantEstimates {
    const isStartLearnt = this.starts.length > 0;
    const history = this.learnt(now);
    const last = this.estimated;
    if (last && !isStartLearnt && now - last.at < ESTIMATES_FRESH_MS) return last.of;
    this.estimated = { of: estimatesOf(history, maxKeepWarmMs, now), at: now };
    return this.estimated.of;
  }

  /** Records that a look found a use for `demand` instances. */
  demanded(demand: number, now: number): void {
    this.history = withArrivals(withDemand(this.history, demand, now), this.accepted, now);
    this.accepted = 0;
  }

  /** Takes in everything noted so far, and returns the history. */
  learnt(now: number): VariantHistory {
    if (this.servedMs.length > 0) this.history = withServiceTimes(this.history, this.servedMs, now);
    for (const { at, startMs } of this.starts) this.history = withStart(this.history, { boot: startMs }, at);
    this.servedMs = [];
    this.starts = [];
    return this.history;
  }
}
