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
import { NOW, bounds } from '../../../test/support/scaling-samples.js';
import { type CooldownStep, NOT_SUSPENDED } from './scalable-target.js';
import type { ScalingPolicy } from './scaling-policy.js';

const tracking = trackingPolicy();
const minusOne = stepPolicy('minus one', [{ upperBound: 0, adjustment: -1 }]);

function plus(adjustment: number): ScalingPolicy {
  return stepPolicy('plus', [{ lowerBound: 0, adjustment }]);
}

function percent(adjustment: number): ScalingPolicy {
  return stepPolicy('percent', [{ lowerBound: 0, adjustment }], { adjustmentType: 'PercentChangeInCapacity' });
}

const measured = (value: number, since: number) => highAlarm(value, { measuredSince: since });

describe('a metric that was measured before a change was complete', () => {
  const out: CooldownStep = { policyName: 'tracking', from: 1, to: 20, cooldownMs: 0, completedAt: NOW - 1_000 };
  const grown = { inService: 20, cooldowns: { out } };
  const shrunk = { inService: 10, cooldowns: { in: { ...out, from: 20, to: 10 } } };

  test.each<PolicyRow>([
    [
      'is not counted again for the instances that the change added',
      grown,
      [reading(tracking, measured(100, NOW - 60_000))],
      [20, 'AlreadyAtDesiredCapacity'],
    ],
    ['is related to the capacity before the change', grown, [reading(tracking, measured(150, NOW - 60_000))], [30]],
    [
      'is related to the instances in service if it was measured after the change',
      grown,
      [reading(tracking, measured(6, NOW - 1_000))],
      [24],
    ],
    [
      'is related to all instances on the way in, so that none goes too early',
      grown,
      [reading(tracking, lowAlarm(4, { measuredSince: NOW - 60_000 }))],
      [16],
    ],
    [
      'is not taken as spare capacity if instances have just gone',
      shrunk,
      [reading(tracking, lowAlarm(2, { measuredSince: NOW - 60_000 }))],
      [8],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf({ ...seen, bounds: bounds(0, 1_000) }, readings)).toEqual(expected);
  });
});

describe('within a scale-out cooldown', () => {
  const out: CooldownStep = { policyName: 'steps', from: 10, to: 12, cooldownMs: 300_000, completedAt: NOW - 60_000 };
  const cooling = { inService: 12, cooldowns: { out } };

  test.each<PolicyRow>([
    ['a larger step adds only what exceeds the last one', cooling, [reading(plus(3), highAlarm(9))], [13]],
    ['the same step adds nothing', cooling, [reading(plus(2), highAlarm(9))], [12, 'CoolingDown']],
    ['a smaller step adds nothing', cooling, [reading(plus(1), highAlarm(9))], [12, 'CoolingDown']],
    ['the same percentage adds nothing', cooling, [reading(percent(20), highAlarm(9))], [12, 'CoolingDown']],
    ['a larger percentage adds only what exceeds the last', cooling, [reading(percent(50), highAlarm(9))], [15]],
    [
      'an exact capacity is still reached',
      cooling,
      [reading(stepPolicy('exactly', [{ adjustment: 20 }], { adjustmentType: 'ExactCapacity' }), highAlarm(9))],
      [20],
    ],
    ['target tracking adds only the part that was not added before', cooling, [reading(tracking, highAlarm(10))], [22]],
    ['target tracking adds nothing twice', cooling, [reading(tracking, highAlarm(5.5))], [12, 'CoolingDown']],
    [
      'starting instances do not count twice',
      { inService: 10, starting: 2, cooldowns: { out } },
      [reading(tracking, highAlarm(10))],
      [20],
    ],
    [
      'an incomplete change counts, regardless of when it began',
      { inService: 12, cooldowns: { out: { ...out, completedAt: undefined } } },
      [reading(plus(2), highAlarm(9))],
      [12, 'CoolingDown'],
    ],
    [
      'a change no longer counts when the cooldown is over',
      { inService: 12, cooldowns: { out: { ...out, completedAt: NOW - 300_000 } } },
      [reading(plus(2), highAlarm(9))],
      [14],
    ],
    ['scaling in goes on', cooling, [reading(tracking, lowAlarm(4))], [10]],
    [
      'instances that have gone since do not count',
      { inService: 11, cooldowns: { out } },
      [reading(plus(2), highAlarm(9))],
      [12],
    ],
    [
      'the maximum is the reason if the cooldown is one too',
      { ...cooling, bounds: bounds(0, 12) },
      [reading(plus(2), highAlarm(9))],
      [12, 'AlreadyAtMaxCapacity'],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

describe('within a scale-in cooldown', () => {
  const cooldowns = { in: { policyName: 'p', from: 6, to: 4, cooldownMs: 300_000, completedAt: NOW - 60_000 } };
  const cooling = { inService: 4, cooldowns };

  test.each<PolicyRow>([
    ['target tracking ends no instance', cooling, [reading(tracking, lowAlarm(1))], [4, 'CoolingDown']],
    ['step scaling ends no instance', cooling, [reading(minusOne, lowAlarm(1))], [4, 'CoolingDown']],
    ['scaling out happens at once', cooling, [reading(tracking, highAlarm(10))], [8]],
    [
      'an instance goes once the cooldown is over',
      { inService: 4, cooldowns: { in: { ...cooldowns.in, completedAt: NOW - 300_000 } } },
      [reading(minusOne, lowAlarm(1))],
      [3],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

describe('while scaling is suspended', () => {
  const noOut = { bounds: bounds(0, 50, { suspended: { ...NOT_SUSPENDED, dynamicScalingOut: true } }) };
  const noIn = { bounds: bounds(0, 50, { suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true } }) };
  const waiting = { queued: 3, running: 0, oldestAcceptedAt: NOW };

  test.each<PolicyRow>([
    [
      'out, target tracking adds nothing',
      { inService: 2, ...noOut },
      [reading(tracking, highAlarm(20))],
      [2, 'ScalingSuspended'],
    ],
    ['out, no instance is woken', { backlog: waiting, ...noOut }, [reading(tracking)], [0, 'ScalingSuspended']],
    ['out, scaling in goes on', { inService: 4, ...noOut }, [reading(tracking, lowAlarm(1))], [2]],
    [
      'out, no instance goes while another policy wants more',
      { inService: 4, ...noOut },
      [reading(tracking, highAlarm(20)), reading(minusOne, lowAlarm(1))],
      [4, 'ScalingSuspended', 'AlreadyAtDesiredCapacity'],
    ],
    [
      'in, step scaling ends no instance',
      { inService: 2, ...noIn },
      [reading(minusOne, lowAlarm(1))],
      [2, 'ScalingSuspended'],
    ],
    ['in, scaling out goes on', { inService: 2, ...noIn }, [reading(tracking, highAlarm(20))], [8]],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});
