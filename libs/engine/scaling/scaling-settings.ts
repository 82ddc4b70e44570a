import type { ScalingPromise } from '../../core/scaling/promise.js';
import type { ScalingPace } from '../../core/scaling/scaling-observation.js';

/** What an operator settles once for all endpoints. */
export interface ScalingSettings {
  readonly pace: ScalingPace;
  /** What holds for endpoints without scaling policies that say nothing else. */
  readonly promise: ScalingPromise;
  /** How long an instance with nothing to do is kept at most. */
  readonly maxKeepWarmMs: number;
}
