import { describe, expect, test } from 'vitest';
import {
  type PolicyRow,
  highAlarm,
  lowAlarm,
  outcomeOf,
  reading,
  stepPolicy,
  trackingPolicy,
} from '../../../test/support/policy-samples.js';
import { bounds, observation } from '../../../test/support/scaling-samples.js';
import { decide } from './scaling-decision.js';
import type { ScalingPolicy, StepAdjustment } from './scaling-policy.js';

const tracking = trackingPolicy();
const plusOne = stepPolicy();
const steps = (...given: StepAdjustment[]) => stepPolicy('steps', given);
const minusOne = steps({ upperBound: 0, adjustment: -1 });
const noPolicyActs = { isDue: false } as const;

function exactly(adjustment: number): ScalingPolicy {
  return stepPolicy('exactly', [{ adjustment, lowerBound: 0 }], { adjustmentType: 'ExactCapacity' });
}

describe('target tracking', () => {
  test.each<PolicyRow>([
    ['scales out in proportion', { inService: 2 }, [reading(tracking, highAlarm(20))], [8]],
    ['scales out rounding up', { inService: 2 }, [reading(tracking, highAlarm(6))], [3]],
    ['scales out as far as needed in one step', { inService: 1 }, [reading(tracking, highAlarm(240))], [48]],
    [
      'goes no further than the maximum',
      { inService: 1, bounds: bounds(0, 10) },
      [reading(tracking, highAlarm(240))],
      [10],
    ],
    [
      'stays at the maximum',
      { inService: 10, bounds: bounds(0, 10) },
      [reading(tracking, highAlarm(240))],
      [10, 'AlreadyAtMaxCapacity'],
    ],
    [
      'relates the metric to the instances in service, not to starting ones',
      { inService: 1, starting: 3 },
      [reading(tracking, highAlarm(30))],
      [6],
    ],
    [
      'adds nothing if enough instances are starting',
      { inService: 1, starting: 5 },
      [reading(tracking, highAlarm(30))],
      [6],
    ],
    [
      'relates the metric to one instance if none is in service',
      { starting: 2 },
      [reading(tracking, highAlarm(30))],
      [6],
    ],
    ['cannot leave zero alone', {}, [reading(tracking, highAlarm(30))], [0]],
    ['scales in to the needed capacity', { inService: 10 }, [reading(tracking, lowAlarm(4))], [8]],
    ['scales in by half at most', { inService: 10 }, [reading(tracking, lowAlarm(1))], [5]],
    [
      'does not scale in if that would push the metric above its target',
      { inService: 2 },
      [reading(tracking, lowAlarm(4.2))],
      [2, 'AutoScalingAnticipatedFlapping'],
    ],
    [
      'scales in from the instances in service, not from the desired count',
      { inService: 4, desired: 10 },
      [reading(tracking, lowAlarm(4))],
      [5],
    ],
    ['goes to zero if the metric is zero', { inService: 1 }, [reading(tracking, lowAlarm(0))], [0]],
    [
      'does not go to zero if the metric is almost zero',
      { inService: 1 },
      [reading(tracking, lowAlarm(0.01))],
      [1, 'AutoScalingAnticipatedFlapping'],
    ],
    [
      'stays at the minimum',
      { inService: 2, bounds: bounds(2, 9) },
      [reading(tracking, lowAlarm(0))],
      [2, 'AlreadyAtMinCapacity'],
    ],
    ['stays at zero', {}, [reading(tracking, lowAlarm(0))], [0, 'AlreadyAtMinCapacity']],
    [
      'leaves busy and starting instances alone',
      { inService: 6, busy: 5, starting: 2 },
      [reading(tracking, lowAlarm(1))],
      [7],
    ],
    ['waits for an idle instance', { inService: 6, busy: 6 }, [reading(tracking, lowAlarm(1))], [6, 'InstancesBusy']],
    [
      'does nothing between two actions of its alarm',
      { inService: 2 },
      [reading(tracking, highAlarm(20, noPolicyActs))],
      [2],
    ],
    [
      'does nothing once its alarm is no longer in ALARM',
      { inService: 2 },
      [reading(tracking, highAlarm(20, { state: 'OK' }))],
      [2],
    ],
    [
      'changes nothing without data',
      { inService: 2 },
      [reading(tracking, highAlarm(undefined, { state: 'INSUFFICIENT_DATA' }), lowAlarm(undefined))],
      [2],
    ],
    [
      'does not scale in if its scaling in is disabled',
      { inService: 4 },
      [reading(trackingPolicy('out only', { disableScaleIn: true }), lowAlarm(0))],
      [4],
    ],
    ['does nothing without its alarms', { inService: 4 }, [reading(tracking)], [4]],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

describe('an alarm that a user rewrote says when to scale, and the policy how far', () => {
  test.each<PolicyRow>([
    [
      'with a lower threshold, while nothing needs doing yet',
      { inService: 2 },
      [reading(tracking, highAlarm(3, { threshold: 2 }))],
      [2, 'AlreadyAtDesiredCapacity'],
    ],
    [
      'with a higher threshold, as far as the target says',
      { inService: 2 },
      [reading(tracking, highAlarm(60, { threshold: 50 }))],
      [24],
    ],
    [
      'with another comparison in the same direction',
      { inService: 2 },
      [reading(tracking, highAlarm(10, { comparison: 'GreaterThanOrEqualToThreshold' }))],
      [4],
    ],
    [
      'with a low threshold above the target, but not so far as to miss the target',
      { inService: 2 },
      [reading(tracking, lowAlarm(8, { threshold: 10, comparison: 'LessThanOrEqualToThreshold' }))],
      [2, 'AutoScalingAnticipatedFlapping'],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

describe('step scaling', () => {
  const both = steps({ lowerBound: 0, adjustment: 3 }, { upperBound: 0, adjustment: -2 });

  test.each<PolicyRow>([
    [
      'wakes from zero as in AWS’s recipe',
      {},
      [reading(plusOne, highAlarm(1, { threshold: 1, comparison: 'GreaterThanOrEqualToThreshold' }))],
      [1],
    ],
    [
      'takes the step that covers the breach',
      { inService: 2 },
      [
        reading(
          steps({ lowerBound: 0, upperBound: 10, adjustment: 1 }, { lowerBound: 10, adjustment: 4 }),
          highAlarm(15),
        ),
      ],
      [6],
    ],
    [
      'does nothing if no step covers the breach',
      { inService: 2 },
      [reading(steps({ lowerBound: 10, adjustment: 1 }), highAlarm(6))],
      [2],
    ],
    [
      'scales out by the high alarm',
      { inService: 4 },
      [reading(both, highAlarm(9), lowAlarm(9, { state: 'OK' }))],
      [7],
    ],
    ['scales in by the low alarm', { inService: 4 }, [reading(both, highAlarm(1, { state: 'OK' }), lowAlarm(1))], [2]],
    ['scales out if both alarms act at once', { inService: 4 }, [reading(both, highAlarm(9), lowAlarm(1))], [7]],
    ['sets an exact capacity upwards', { inService: 4 }, [reading(exactly(9), highAlarm(9))], [9]],
    ['sets an exact capacity downwards', { inService: 4 }, [reading(exactly(2), highAlarm(9))], [2]],
    [
      'has its exact capacity already',
      { inService: 4 },
      [reading(exactly(4), highAlarm(9))],
      [4, 'AlreadyAtDesiredCapacity'],
    ],
    [
      'stays at the minimum',
      { inService: 1, bounds: bounds(1, 9) },
      [reading(minusOne, lowAlarm(0))],
      [1, 'AlreadyAtMinCapacity'],
    ],
    ['cannot fall below zero', {}, [reading(minusOne, lowAlarm(0))], [0, 'AlreadyAtMinCapacity']],
    ['waits for an idle instance', { inService: 2, busy: 2 }, [reading(minusOne, lowAlarm(0))], [2, 'InstancesBusy']],
    ['changes nothing without data', { inService: 2 }, [reading(plusOne, highAlarm(undefined))], [2]],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

describe('with several policies', () => {
  const other = trackingPolicy('other', { targetValue: 100 });
  const quiet = highAlarm(1, { state: 'OK' });

  test.each<PolicyRow>([
    ['any policy may scale out', { inService: 2 }, [reading(tracking, quiet), reading(other, highAlarm(150))], [3]],
    [
      'the policy with the most capacity wins',
      { inService: 2 },
      [reading(tracking, highAlarm(20)), reading(other, highAlarm(150))],
      [8],
    ],
    [
      'the most capacity wins, regardless of the order',
      { inService: 2 },
      [reading(other, highAlarm(150)), reading(tracking, highAlarm(20))],
      [8],
    ],
    [
      'a step beats target tracking if it adds more',
      { inService: 2 },
      [reading(steps({ lowerBound: 0, adjustment: 9 }), highAlarm(6)), reading(tracking, highAlarm(6))],
      [11],
    ],
    [
      'all target-tracking policies must agree to scale in',
      { inService: 4 },
      [reading(tracking, lowAlarm(1)), reading(other, quiet)],
      [4, 'AlreadyAtDesiredCapacity'],
    ],
    [
      'scaling in stops at the most capacity that any policy needs',
      { inService: 10 },
      [reading(tracking, lowAlarm(1)), reading(other, lowAlarm(70))],
      [7],
    ],
    [
      'all policies agree even if only one alarm acts now',
      { inService: 10 },
      [reading(tracking, lowAlarm(1)), reading(other, lowAlarm(70, noPolicyActs))],
      [7],
    ],
    [
      'a policy without data does not agree',
      { inService: 4 },
      [reading(tracking, lowAlarm(1)), reading(other, lowAlarm(undefined, { state: 'INSUFFICIENT_DATA' }))],
      [4, 'AlreadyAtDesiredCapacity'],
    ],
    [
      'a policy that needs all instances does not agree',
      { inService: 4 },
      [reading(tracking, lowAlarm(1)), reading(other, lowAlarm(89))],
      [4, 'AlreadyAtDesiredCapacity', 'AutoScalingAnticipatedFlapping'],
    ],
    [
      'a policy with scaling in disabled is not asked',
      { inService: 4 },
      [
        reading(tracking, lowAlarm(1)),
        reading({ ...other, rule: { ...other.rule, disableScaleIn: true } as typeof other.rule }, quiet),
      ],
      [2],
    ],
    [
      'step scaling scales in without the agreement of target tracking',
      { inService: 4 },
      [reading(tracking, quiet), reading(minusOne, lowAlarm(1))],
      [3],
    ],
    [
      'a step policy that scales out need not agree',
      { inService: 4 },
      [reading(tracking, lowAlarm(1)), reading(plusOne, quiet)],
      [2],
    ],
    [
      'of two policies that scale in, the one that leaves more wins',
      { inService: 4 },
      [reading(tracking, lowAlarm(1)), reading(minusOne, lowAlarm(1))],
      [3],
    ],
    [
      'scaling out wins over scaling in',
      { inService: 4 },
      [reading(tracking, highAlarm(6)), reading(minusOne, lowAlarm(1))],
      [5],
    ],
    [
      'none scales in while another wants more between two actions of its alarm',
      { inService: 4 },
      [reading(tracking, highAlarm(6, noPolicyActs)), reading(minusOne, lowAlarm(1))],
      [4, 'AlreadyAtDesiredCapacity'],
    ],
    [
      'none scales in while another wants more than the maximum',
      { inService: 4, bounds: bounds(0, 4) },
      [reading(tracking, highAlarm(6)), reading(minusOne, lowAlarm(1))],
      [4, 'AlreadyAtMaxCapacity', 'AlreadyAtDesiredCapacity'],
    ],
    [
      'none scales in because the alarm of another policy acts',
      { inService: 4 },
      [reading(tracking, lowAlarm(1, noPolicyActs)), reading(steps({ lowerBound: 9, adjustment: 1 }), highAlarm(6))],
      [4],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

function because(name: string): string {
  return `monitor alarm high in state ALARM triggered policy ${name}`;
}

test('a decision explains what each policy wanted before the bounds applied', () => {
  const seen = observation({ inService: 2, bounds: bounds(0, 5) });
  const decision = decide(seen, [reading(tracking, highAlarm(20)), reading(plusOne, highAlarm(9))]);
  expect(decision).toEqual({
    desired: 5,
    cause: because('tracking'),
    answers: [
      { by: 'tracking', wants: 8, because: because('tracking') },
      { by: 'steps', wants: 3, because: because('steps') },
    ],
    notScaledReasons: [],
    policy: { name: 'tracking', cooldownMs: 300_000 },
  });
});

test('a refusal names each reason once, with the capacity that stays', () => {
  const seen = observation({ inService: 5, bounds: bounds(5, 5) });
  const readings = [reading(tracking, highAlarm(20)), reading(plusOne, highAlarm(9))];
  expect(decide(seen, readings).notScaledReasons).toEqual([
    { code: 'AlreadyAtMaxCapacity', currentCapacity: 5, maxCapacity: 5 },
  ]);
  expect(decide(seen, [reading(tracking, lowAlarm(0))]).notScaledReasons).toEqual([
    { code: 'AlreadyAtMinCapacity', currentCapacity: 5, minCapacity: 5 },
  ]);
});

test('a scale-in that the minimum cuts short still begins the cooldown of its policy', () => {
  const seen = observation({ inService: 4, bounds: bounds(2, 9) });
  const minusThree = steps({ upperBound: 0, adjustment: -3 });
  expect(decide(seen, [reading(minusThree, lowAlarm(1))])).toMatchObject({ desired: 2, policy: { name: 'steps' } });
});
