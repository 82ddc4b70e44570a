import type { NotScaledReason, ScalingObservation } from './scaling-policy.js';

export type ScalingActivityStatus = 'Pending' | 'InProgress' | 'Successful' | 'Overridden' | 'Unfulfilled' | 'Failed';

/** The record of one scaling decision that changed something: what was seen, what was decided, what became of it. */
export interface ScalingActivity {
  readonly id: string;
  readonly endpointName: string;
  readonly variantName: string;
  /** Instances before and after, as decided. */
  readonly from: number;
  readonly to: number;
  readonly description: string;
  readonly cause: string;
  readonly status: ScalingActivityStatus;
  readonly statusMessage?: string;
  readonly startedAt: number;
  readonly endedAt?: number;
  readonly observation: ScalingObservation;
  readonly notScaledReasons: readonly NotScaledReason[];
}

/** How long an activity is kept: six weeks, as with Application Auto Scaling. */
export const ACTIVITY_RETENTION_MS = 42 * 86_400_000;

/** Texts as Application Auto Scaling writes them. */
export const describeChange = (to: number): string => `Setting desired instance count to ${to}.`;

export const describeSuccess = (to: number): string =>
  `Successfully set desired instance count to ${to}. Change successfully fulfilled by sagemaker.`;

export const describeFailure = (to: number, reason: string): string =>
  `Failed to set desired instance count to ${to}. Reason: ${reason}`;
