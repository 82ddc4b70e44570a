import type { ScalingPromise } from '../../core/scaling/promise.js';
import type { ScalingPace } from '../../core/scaling/scaling-observation.js';

/** An operator's settings for the scaling of all endpoints. */
export interface ScalingSettings {
  readonly pace: ScalingPace;
  /** The default for endpoints that have neither scaling policies nor a promise of their own. */
  readonly promise: ScalingPromise;
  /** The longest time that an idle instance is kept. */
  readonly maxKeepWarmMs: number;
}
