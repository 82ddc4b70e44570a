import type { NotScaledReason, PolicyAnswer } from './scaling-answer.js';
import type { ScalingObservation } from './scaling-observation.js';

/** Application Auto Scaling's states of an activity. */
export type ScalingActivityStatus = 'Pending' | 'InProgress' | 'Successful' | 'Overridden' | 'Unfulfilled' | 'Failed';

/** The outcome of a decision. */
export interface ActivityOutcome {
  readonly status: ScalingActivityStatus;
  readonly statusMessage?: string;
  readonly endedAt?: number;
  /** For a refusal: when the same change was last refused for the same reasons, and how often by then. */
  readonly lastAt?: number;
  readonly times?: number;
}

/**
 * The record of one scaling decision: what was observed, what each policy answered, what was decided, and the outcome.
 * A decision that changed nothing although a change was asked for is on record too, with its reasons.
 */
export interface ScalingActivity extends ActivityOutcome {
  readonly id: string;
  readonly endpointName: string;
  readonly variantName: string;
  /** The capacity before and after, as decided. */
  readonly from: number;
  readonly to: number;
  readonly description: string;
  readonly cause: string;
  readonly startedAt: number;
  readonly observation: ScalingObservation;
  readonly answers: readonly PolicyAnswer[];
  readonly notScaledReasons: readonly NotScaledReason[];
}

/** Returns whether the decision changed nothing. */
export function isNotScaled(activity: ScalingActivity): boolean {
  return activity.from === activity.to;
}

/** How long an activity is kept: six weeks, as in Application Auto Scaling. */
export const ACTIVITY_RETENTION_MS = 42 * 86_400_000;

/** The texts of activities, as Application Auto Scaling writes them. */
export const describeChange = (to: number): string => `Setting desired instance count to ${to}.`;

export const DESCRIBE_ATTEMPT = 'Attempting to scale due to alarm triggered';

export const describeSuccess = (to: number): string =>
  `Successfully set desired instance count to ${to}. Change successfully fulfilled by sagemaker.`;

export const describeFailure = (to: number, reason: string): string =>
  `Failed to set desired instance count to ${to}. Reason: ${reason}`;
