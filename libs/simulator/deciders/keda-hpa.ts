import { backlogSize } from '../../core/invocation/backlog.js';
import { type Decider, type Look, type Situation, clamp } from '../decider.js';

const POLLING_INTERVAL_MS = 30_000;
const COOLDOWN_MS = 300_000;
const SYNC_PERIOD_MS = 15_000;
const DOWNSCALE_STABILIZATION_MS = 300_000;
const TOLERANCE = 0.1;
const LEAST_STEP_OUT = 4;

/**
 * KEDA on a queue, which counts running work too, with the Horizontal Pod Autoscaler that it sets up, both with their
 * defaults. KEDA polls every 30 s, goes from zero to one, and back to zero when nothing was in flight for 300 s
 * (`pkg/scaling/executor/scale_scaledobjects.go`, `pkg/scalers/aws_sqs_queue_scaler.go`). Between one and the maximum
 * the HPA follows the queue every 15 s. It at most doubles or adds four, and scales in to the most that five minutes
 * recommended (Kubernetes' `pkg/controller/podautoscaler/horizontal.go`, `replica_calculator.go`).
 */
export class KedaHpaDecider implements Decider {
  private activeAt = -Infinity;
  private recommendations: { readonly at: number; readonly count: number }[] = [];

  /** `queueLength` is the target number of invocations for one instance, including those that it runs. */
  constructor(private readonly queueLength: number) {}

  isRousedBy(): boolean {
    return false;
  }

  look(situation: Situation): Look {
    const { desired, now } = situation;
    const polled = now % POLLING_INTERVAL_MS === 0 ? this.poll(situation) : desired;
    // The HPA is off at zero, and begins with the sync after KEDA has scaled to one.
    const isHpaOn = desired > 0 && polled > 0;
    if (!isHpaOn) this.recommendations = [];
    return { desired: isHpaOn ? this.sync(situation) : polled, lookAgainAt: now + SYNC_PERIOD_MS };
  }

  private poll({ backlog, bounds, desired, now }: Situation): number {
    if (backlogSize(backlog) > 0) {
      this.activeAt = now;
      return desired === 0 ? Math.max(1, bounds.minimum) : desired;
    }
    return bounds.minimum === 0 && now - this.activeAt > COOLDOWN_MS ? 0 : desired;
  }

  private sync({ backlog, bounds, desired: current, now }: Situation): number {
    const length = backlogSize(backlog);
    const ratio = length / (this.queueLength * current);
    const wanted = Math.abs(1 - ratio) <= TOLERANCE ? current : Math.ceil(length / this.queueLength);
    this.recommendations = this.recommendations.filter(({ at }) => now - at < DOWNSCALE_STABILIZATION_MS);
    this.recommendations.push({ at: now, count: wanted });
    const highest = Math.max(...this.recommendations.map(({ count }) => count));
    const stabilized = wanted < current ? Math.min(current, highest) : wanted;
    const limited = Math.min(stabilized, Math.max(2 * current, current + LEAST_STEP_OUT));
    return clamp(Math.max(1, limited), bounds);
  }
}
