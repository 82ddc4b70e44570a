import type { MetricQuery } from '../metric/metric-query.js';
import type { MetricId, MetricUnit, Statistic } from '../metric/metric.js';
import { scalableTargetKey } from './scalable-target.js';

/** A scaling policy of a scalable target (`PutScalingPolicy`). */
export interface ScalingPolicy {
  /** A UUID, part of the policy's ARN. */
  readonly id: string;
  readonly name: string;
  readonly endpointName: string;
  readonly variantName: string;
  readonly rule: TargetTracking | StepScaling;
  /** The two alarms that a target-tracking policy made. Users see them and may rewrite them. */
  readonly alarmNames: readonly string[];
  readonly createdAt: number;
}

/** Returns a scaling policy's key in the catalog. */
export function scalingPolicyKey(endpointName: string, variantName: string, name: string): string {
  return `${scalingPolicyPrefix(endpointName, variantName)}${name}`;
}

/** Returns the beginning of the keys of all policies of a scalable target. */
export function scalingPolicyPrefix(endpointName: string, variantName: string): string {
  return `${scalableTargetKey(endpointName, variantName)}/policy/`;
}

/** A rule that keeps a metric at a value: it scales out in proportion, and in with care. */
export interface TargetTracking {
  readonly kind: 'TargetTrackingScaling';
  readonly targetValue: number;
  readonly metric: TrackedMetric;
  readonly scaleOutCooldownMs: number;
  readonly scaleInCooldownMs: number;
  readonly disableScaleIn: boolean;
  /** The members that were left to their defaults. They are described as they were put: absent. */
  readonly unstated?: readonly ('scaleOutCooldownMs' | 'scaleInCooldownMs' | 'disableScaleIn')[];
}

/** The metric that a target-tracking policy keeps at its value. */
export type TrackedMetric =
  | { readonly kind: 'predefined'; readonly type: PredefinedMetric; readonly resourceLabel?: string }
  | {
      readonly kind: 'customized';
      readonly metric: MetricId;
      readonly statistic: Statistic;
      readonly unit?: MetricUnit;
    }
  | { readonly kind: 'queries'; readonly queries: readonly MetricQuery[] };

/** Application Auto Scaling's predefined metrics for the instances of a SageMaker variant. */
export const PREDEFINED_METRICS = ['SageMakerVariantInvocationsPerInstance'] as const;
export type PredefinedMetric = (typeof PREDEFINED_METRICS)[number];

/** A rule that changes capacity by steps, which depend on how far an alarm's threshold has been crossed. */
export interface StepScaling {
  readonly kind: 'StepScaling';
  readonly adjustmentType: AdjustmentType;
  readonly steps: readonly StepAdjustment[];
  /** The least change, in instances; only for `PercentChangeInCapacity`. */
  readonly minAdjustmentMagnitude?: number;
  readonly cooldownMs: number;
  readonly aggregation: 'Average' | 'Minimum' | 'Maximum';
  /** The members that were left to their defaults. They are described as they were put: absent. */
  readonly unstated?: readonly ('cooldownMs' | 'aggregation')[];
}

/** The ways in which a step changes capacity. */
export const ADJUSTMENT_TYPES = ['ChangeInCapacity', 'PercentChangeInCapacity', 'ExactCapacity'] as const;
export type AdjustmentType = (typeof ADJUSTMENT_TYPES)[number];

/**
 * One step of a step-scaling rule. Its bounds are differences from the alarm's threshold; an absent bound is infinite.
 */
export interface StepAdjustment {
  readonly lowerBound?: number;
  readonly upperBound?: number;
  readonly adjustment: number;
}

/** Application Auto Scaling's cooldown for SageMaker variants, if a policy sets none. */
export const DEFAULT_COOLDOWN_MS = 300_000;
