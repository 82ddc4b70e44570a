import { backlogSize } from '../../core/invocation/backlog.js';
import { type Decider, type Look, type Situation, clamp } from '../decider.js';

const TICK_MS = 10_000;
const WINDOW_SAMPLES = 6;
const UPSCALE_STABILIZATION_MS = 60_000;
const DOWNSCALE_STABILIZATION_MS = 300_000;
const MAX_DOWNSCALE_FACTOR = 0.75;
const MAX_UPSCALE_FACTOR = 1.5;
const TOLERANCE = 0.05;

/**
 * Cortex for asynchronous APIs, with its defaults and one invocation in flight for each slot. Every 10 s it takes the
 * average in flight over a minute. One step adds at most half or removes at most a quarter. It scales out only by the
 * least that a whole minute recommended, and in only by the most of five minutes (`pkg/autoscaler/autoscaler.go`,
 * `async_scaler.go`).
 */
export class CortexDecider implements Decider {
  private readonly inFlight: number[] = [];
  private recommendations: { readonly at: number; readonly count: number }[] = [];

  isRousedBy(): boolean {
    return false;
  }

  look(situation: Situation): Look {
    const { now } = situation;
    this.inFlight.push(backlogSize(situation.backlog));
    if (this.inFlight.length > WINDOW_SAMPLES) this.inFlight.shift();
    const count = this.recommend(situation);
    this.recommendations = this.recommendations.filter(({ at }) => now - at <= DOWNSCALE_STABILIZATION_MS);
    this.recommendations.push({ at: now, count });
    return { desired: this.stabilized(count, situation), lookAgainAt: now + TICK_MS };
  }

  private recommend({ bounds, desired: current, slotsPerInstance }: Situation): number {
    const average = this.inFlight.reduce((sum, count) => sum + count, 0) / this.inFlight.length;
    const raw = average / slotsPerInstance;
    const isNear = raw > current * (1 - TOLERANCE) && raw < current * (1 + TOLERANCE);
    const least = Math.min(current - 1, Math.ceil(current * MAX_DOWNSCALE_FACTOR));
    const most = Math.max(current + 1, Math.ceil(current * MAX_UPSCALE_FACTOR));
    return clamp(Math.min(most, Math.max(least, isNear ? current : Math.ceil(raw))), bounds);
  }

  private stabilized(count: number, { desired: current, now }: Situation): number {
    if (count === current) return current;
    const isUp = count > current;
    const periodMs = isUp ? UPSCALE_STABILIZATION_MS : DOWNSCALE_STABILIZATION_MS;
    // It changes nothing before it has observed a whole period.
    if (now < periodMs) return current;
    const counts = this.recommendations.filter(({ at }) => now - at <= periodMs).map((each) => each.count);
    return isUp ? Math.max(current, Math.min(...counts)) : Math.min(current, Math.max(...counts));
  }
}
