import type { StepAdjustment, StepScalingPolicyConfiguration } from '@aws-sdk/client-application-auto-scaling';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ControlHost, openControlHost } from '../support/control-host.js';
import { WAKE_STEPS, putStepPolicy, registerEndpoint } from '../support/scaling-requests.js';

/** One host for all tests, because refused requests change nothing. */
let host: ControlHost;
beforeAll(async () => {
  host = await openControlHost();
  await registerEndpoint(host, 'OCR');
  host.signals.length = 0;
});
afterAll(() => host.close());

const put = (configuration: StepScalingPolicyConfiguration) =>
  putStepPolicy(host, { StepScalingPolicyConfiguration: configuration });

/** Checks that refused requests changed nothing. */
async function expectNothing(): Promise<void> {
  expect(await host.world.catalog.scalingPolicies.all()).toEqual([]);
  expect(host.signals).toEqual([]);
}

const step = (lower?: number, upper?: number, adjustment = 1): StepAdjustment => ({
  MetricIntervalLowerBound: lower,
  MetricIntervalUpperBound: upper,
  ScalingAdjustment: adjustment,
});
const steps = (...adjustments: StepAdjustment[]) => ({ StepAdjustments: adjustments });

describe('a step configuration is refused', () => {
  it.each<readonly [string, Partial<StepScalingPolicyConfiguration>, string]>([
    ['without a type of adjustment', { AdjustmentType: undefined }, 'Adjustment type must be specified'],
    [
      'with an unknown type of adjustment',
      { AdjustmentType: 'Double' as 'ExactCapacity' },
      "Value 'Double' at 'stepScalingPolicyConfiguration.adjustmentType'",
    ],
    ['without steps', steps(), 'There must be at least one step adjustment'],
    [
      'with a step that does nothing',
      steps({ ScalingAdjustment: undefined }),
      "at 'stepScalingPolicyConfiguration.stepAdjustments.1.member.scalingAdjustment'",
    ],
    [
      'with a negative capacity',
      { AdjustmentType: 'ExactCapacity', ...steps(step(0, undefined, -1)) },
      'Scaling adjustment cannot be less than 0 when adjustment type is ExactCapacity',
    ],
    [
      'with a step for everything',
      steps(step()),
      'Both lower and upper bounds of a step adjustment cannot be left unspecified',
    ],
    [
      'open below twice',
      steps(step(undefined, 0), step(undefined, -5)),
      'At most one step adjustment may have an unspecified lower bound',
    ],
    ['open above twice', steps(step(0), step(5)), 'At most one step adjustment may have an unspecified upper bound'],
    [
      'with an end below',
      steps(step(-5, 0)),
      'There must be a step adjustment with an unspecified lower bound when one step adjustment has a negative lower bound',
    ],
    [
      'with an end above',
      steps(step(0, 5)),
      'There must be a step adjustment with an unspecified upper bound when one step adjustment has a positive upper bound',
    ],
    ['with an overlap', steps(step(0, 10), step(5)), 'Step adjustment intervals cannot overlap'],
    ['with a gap', steps(step(0, 10), step(15)), 'Step adjustment intervals cannot have gaps between them'],
    [
      'upside down',
      steps(step(10, 0), step(10)),
      'The upper bound of a step adjustment must be greater than its lower bound',
    ],
    [
      'with a magnitude that is for percentages',
      { MinAdjustmentMagnitude: 1 },
      'Minimum adjustment magnitude is only allowed for adjustment type PercentChangeInCapacity',
    ],
    [
      'with a magnitude of nothing',
      { AdjustmentType: 'PercentChangeInCapacity', MinAdjustmentMagnitude: 0 },
      "Value '0' at 'stepScalingPolicyConfiguration.minAdjustmentMagnitude'",
    ],
    ['with a negative cooldown', { Cooldown: -1 }, "Value '-1' at 'stepScalingPolicyConfiguration.cooldown'"],
    [
      'with an unknown aggregation',
      { MetricAggregationType: 'Sum' as 'Average' },
      "Value 'Sum' at 'stepScalingPolicyConfiguration.metricAggregationType'",
    ],
  ])('%s', async (_, differences, message) => {
    const configuration = { ...WAKE_STEPS, ...differences };
    await expect(put(configuration)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining(message) as string,
    });
    await expectNothing();
  });

  it('with more than twenty steps', async () => {
    const many = Array.from({ length: 21 }, (_, index) => step(index, index === 20 ? undefined : index + 1));
    await expect(put({ ...WAKE_STEPS, StepAdjustments: many })).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'There can be at most 20 step adjustments per scaling policy',
    });
    await expectNothing();
  });
});
