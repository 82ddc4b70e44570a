import { type Decider, type Look, type Situation, clamp } from '../decider.js';
import { WindowAverage } from '../window-average.js';

const UPSCALE_DELAY_MS = 30_000;
const DOWNSCALE_DELAY_MS = 600_000;
const LOOK_BACK_MS = 30_000;
/**
 * The time between two decisions. Ray decides ten times a second, and its delays count decisions; once a second is fine
 * enough for these delays.
 */
const TICK_MS = 1_000;

/**
 * Ray Serve's policy for asynchronous inference with its default delays. It divides the queued invocations, plus the
 * average of the running ones over 30 s, by the target for each replica. It scales out after 30 s of unbroken demand,
 * and in after 600 s; from zero to one it scales at once (`python/ray/serve/autoscaling_policy.py`, defaults in
 * `config.py`).
 */
export class RayServeDecider implements Decider {
  private readonly ongoing = new WindowAverage(LOOK_BACK_MS);
  /** The number of successive looks that asked for more; negative if they asked for less. */
  private inARow = 0;

  /** `targetOngoing` is the target number of invocations for one replica, including those that wait for it. */
  constructor(private readonly targetOngoing: number) {}

  isRousedBy(): boolean {
    return false;
  }

  look(situation: Situation): Look {
    const { bounds, now, runningMs } = situation;
    const running = this.ongoing.at(now, runningMs) ?? 0;
    return { desired: clamp(this.decide(situation, running), bounds), lookAgainAt: now + TICK_MS };
  }

  private decide({ backlog, bounds, desired: target, inService }: Situation, running: number): number {
    if (inService === 0) return backlog.queued > 0 ? Math.max(1, target) : target;
    const wanted = clamp(Math.ceil((running + backlog.queued) / this.targetOngoing - 1e-9), bounds);
    if (wanted > target) {
      this.inARow = Math.max(0, this.inARow) + 1;
      return this.inARow > UPSCALE_DELAY_MS / TICK_MS ? this.settleOn(wanted) : target;
    }
    if (wanted < target) {
      this.inARow = Math.min(0, this.inARow) - 1;
      // Zero is reached only from one.
      const least = target === 1 ? wanted : Math.max(1, wanted);
      return this.inARow < -DOWNSCALE_DELAY_MS / TICK_MS ? this.settleOn(least) : target;
    }
    return this.settleOn(target);
  }

  private settleOn(count: number): number {
    this.inARow = 0;
    return count;
  }
}
