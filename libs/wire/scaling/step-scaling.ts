import { EbbError } from '../../core/errors.js';
import {
  ADJUSTMENT_TYPES,
  type AdjustmentType,
  DEFAULT_COOLDOWN_MS,
  type StepAdjustment,
  type StepScaling,
} from '../../core/scaling/scaling-policy.js';
import type { Members } from '../aws/members.js';
import { checkSteps } from './step-rules.js';

const WHOLE_NUMBER = { min: -2_147_483_648, max: 2_147_483_647 };
const COOLDOWN_SECONDS = { min: 0, max: 2_147_483_647 };
const AGGREGATIONS: readonly StepScaling['aggregation'][] = ['Average', 'Minimum', 'Maximum'];

/** `StepScalingPolicyConfiguration` as sent, member by member. */
export interface StepScalingDraft {
  readonly adjustmentType?: AdjustmentType;
  readonly steps: readonly StepAdjustment[];
  readonly minAdjustmentMagnitude?: number;
  readonly cooldownSeconds?: number;
  readonly aggregation?: StepScaling['aggregation'];
}

/** Reads `StepScalingPolicyConfiguration`. */
export function readStepScaling(configuration: Members): StepScalingDraft {
  return {
    adjustmentType: configuration.text('AdjustmentType', { oneOf: ADJUSTMENT_TYPES }) as AdjustmentType | undefined,
    steps: configuration.structures('StepAdjustments').map((step) => ({
      lowerBound: step.float('MetricIntervalLowerBound'),
      upperBound: step.float('MetricIntervalUpperBound'),
      adjustment: step.requiredInteger('ScalingAdjustment', WHOLE_NUMBER),
    })),
    minAdjustmentMagnitude: configuration.integer('MinAdjustmentMagnitude', { min: 1, max: WHOLE_NUMBER.max }),
    cooldownSeconds: configuration.integer('Cooldown', COOLDOWN_SECONDS),
    aggregation: configuration.text('MetricAggregationType', { oneOf: AGGREGATIONS }) as
      StepScaling['aggregation'] | undefined,
  };
}

/** Returns the rule of a draft. Raises `InvalidRequest`, and `LimitExceeded` for too many steps. */
export function stepScalingOf(draft: StepScalingDraft): StepScaling {
  const { adjustmentType, steps, minAdjustmentMagnitude, cooldownSeconds, aggregation } = draft;
  if (!adjustmentType) throw new EbbError('InvalidRequest', 'Adjustment type must be specified');
  checkSteps(steps, adjustmentType);
  if (minAdjustmentMagnitude !== undefined && adjustmentType !== 'PercentChangeInCapacity') {
    throw new EbbError(
      'InvalidRequest',
      'Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity',
    );
  }
  return {
    kind: 'StepScaling',
    adjustmentType,
    steps,
    minAdjustmentMagnitude,
    cooldownMs: cooldownSeconds === undefined ? DEFAULT_COOLDOWN_MS : cooldownSeconds * 1000,
    aggregation: aggregation ?? 'Average',
    unstated: [
      ...(cooldownSeconds === undefined ? (['cooldownMs'] as const) : []),
      ...(aggregation === undefined ? (['aggregation'] as const) : []),
    ],
  };
}

/** Writes `StepScalingPolicyConfiguration`. */
export function writeStepScaling(rule: StepScaling): object {
  const isStated = (member: 'cooldownMs' | 'aggregation'): boolean => !rule.unstated?.includes(member);
  return {
    AdjustmentType: rule.adjustmentType,
    StepAdjustments: rule.steps.map(({ lowerBound, upperBound, adjustment }) => ({
      MetricIntervalLowerBound: lowerBound,
      MetricIntervalUpperBound: upperBound,
      ScalingAdjustment: adjustment,
    })),
    MinAdjustmentMagnitude: rule.minAdjustmentMagnitude,
    Cooldown: isStated('cooldownMs') ? rule.cooldownMs / 1000 : undefined,
    MetricAggregationType: isStated('aggregation') ? rule.aggregation : undefined,
  };
}
