import { EbbError } from '../../core/errors.js';
import {
  DEFAULT_COOLDOWN_MS,
  PREDEFINED_METRICS,
  type PredefinedMetric,
  type TargetTracking,
  type TrackedMetric,
} from '../../core/scaling/scaling-policy.js';
import type { Members } from '../aws/members.js';
import { DIMENSION } from './resource.js';
import { type CustomizedDraft, customizedMetric, readCustomized, writeCustomized } from './tracked-metric.js';

/** The thresholds that CloudWatch accepts, except values that would ask for no instances or for endlessly many. */
const TARGET_VALUE = { min: 8.51592e-109, max: 1.174271e108 };
const COOLDOWN_SECONDS = { min: 0, max: 2_147_483_647 };

/** `TargetTrackingScalingPolicyConfiguration` as sent. */
export interface TargetTrackingDraft {
  readonly targetValue: number;
  readonly predefined?: { readonly type: string; readonly resourceLabel?: string };
  readonly customized?: CustomizedDraft;
  readonly scaleOutCooldownSeconds?: number;
  readonly scaleInCooldownSeconds?: number;
  readonly disableScaleIn?: boolean;
}

/** Reads `TargetTrackingScalingPolicyConfiguration`. */
export function readTargetTracking(configuration: Members): TargetTrackingDraft {
  if (!configuration.has('TargetValue')) configuration.violate('TargetValue', 'Member must not be null');
  const predefined = configuration.structure('PredefinedMetricSpecification');
  const customized = configuration.structure('CustomizedMetricSpecification');
  return {
    targetValue: configuration.float('TargetValue', TARGET_VALUE) ?? 0,
    predefined: predefined && {
      type: predefined.requiredText('PredefinedMetricType'),
      resourceLabel: predefined.text('ResourceLabel', { min: 1, max: 1023 }),
    },
    customized: customized && readCustomized(customized),
    scaleOutCooldownSeconds: configuration.integer('ScaleOutCooldown', COOLDOWN_SECONDS),
    scaleInCooldownSeconds: configuration.integer('ScaleInCooldown', COOLDOWN_SECONDS),
    disableScaleIn: configuration.boolean('DisableScaleIn'),
  };
}

/** Returns the rule of a draft. Raises `InvalidRequest`. */
export function targetTrackingOf(draft: TargetTrackingDraft): TargetTracking {
  const { scaleOutCooldownSeconds, scaleInCooldownSeconds, disableScaleIn } = draft;
  return {
    kind: 'TargetTrackingScaling',
    targetValue: draft.targetValue,
    metric: trackedMetric(draft),
    scaleOutCooldownMs: scaleOutCooldownSeconds === undefined ? DEFAULT_COOLDOWN_MS : scaleOutCooldownSeconds * 1000,
    scaleInCooldownMs: scaleInCooldownSeconds === undefined ? DEFAULT_COOLDOWN_MS : scaleInCooldownSeconds * 1000,
    disableScaleIn: disableScaleIn ?? false,
    unstated: [
      ...(scaleOutCooldownSeconds === undefined ? (['scaleOutCooldownMs'] as const) : []),
      ...(scaleInCooldownSeconds === undefined ? (['scaleInCooldownMs'] as const) : []),
      ...(disableScaleIn === undefined ? (['disableScaleIn'] as const) : []),
    ],
  };
}

function trackedMetric({ predefined, customized }: TargetTrackingDraft): TrackedMetric {
  const specifications = 'PredefinedMetricSpecification or CustomizedMetricSpecification';
  if (predefined && customized) {
    throw new EbbError('InvalidRequest', `Only one of ${specifications} can be set for target tracking scaling.`);
  }
  if (customized) return customizedMetric(customized);
  if (predefined) return predefinedMetric(predefined);
  throw new EbbError('InvalidRequest', `${specifications} must be set for target tracking scaling.`);
}

function predefinedMetric({ type, resourceLabel }: NonNullable<TargetTrackingDraft['predefined']>): TrackedMetric {
  const supported = PREDEFINED_METRICS.find((metric): metric is PredefinedMetric => metric === type);
  if (!supported) {
    throw new EbbError(
      'InvalidRequest',
      `Scalable dimension ${DIMENSION} only supports the following predefined metric types: ` +
        PREDEFINED_METRICS.join(', '),
    );
  }
  if (resourceLabel !== undefined) {
    throw new EbbError(
      'InvalidRequest',
      `Resource label should not be specified for predefined metric type ${supported}`,
    );
  }
  return { kind: 'predefined', type: supported };
}

/** Writes `TargetTrackingScalingPolicyConfiguration`. */
export function writeTargetTracking(rule: TargetTracking): object {
  const { metric, unstated = [] } = rule;
  const stated = <T>(member: (typeof unstated)[number], value: T): T | undefined =>
    unstated.includes(member) ? undefined : value;
  return {
    TargetValue: rule.targetValue,
    PredefinedMetricSpecification:
      metric.kind === 'predefined'
        ? { PredefinedMetricType: metric.type, ResourceLabel: metric.resourceLabel }
        : undefined,
    CustomizedMetricSpecification: metric.kind === 'predefined' ? undefined : writeCustomized(metric),
    ScaleOutCooldown: stated('scaleOutCooldownMs', rule.scaleOutCooldownMs / 1000),
    ScaleInCooldown: stated('scaleInCooldownMs', rule.scaleInCooldownMs / 1000),
    DisableScaleIn: stated('disableScaleIn', rule.disableScaleIn),
  };
}
