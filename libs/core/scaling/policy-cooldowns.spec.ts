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
      'is not counted again for what the change added',
      grown,
      [reading(tracking, measured(100, NOW - 60_000))],
      [20, 'AlreadyAtDesiredCapacity'],
    ],
    [
      'asks for more of what there was before, where it does',
      grown,
      [reading(tracking, measured(150, NOW - 60_000))],
      [30],
    ],
    [
      'counts for what is in service when it was measured after',
      grown,
      [reading(tracking, measured(6, NOW - 1_000))],
      [24],
    ],
    [
      'lets nobody go for being measured before instances came',
      grown,
      [reading(tracking, lowAlarm(4, { measuredSince: NOW - 60_000 }))],
      [16],
    ],
    [
      'is not taken as room where instances have just gone',
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
      'an exact capacity is reached all the same',
      cooling,
      [reading(stepPolicy('exactly', [{ adjustment: 20 }], { adjustmentType: 'ExactCapacity' }), highAlarm(9))],
      [20],
    ],
    ['target tracking adds only what exceeds what was added', cooling, [reading(tracking, highAlarm(10))], [22]],
    [
      'target tracking adds nothing that was added already',
      cooling,
      [reading(tracking, highAlarm(5.5))],
      [12, 'CoolingDown'],
    ],
    [
      'what is not in service yet does not count twice',
      { inService: 10, starting: 2, cooldowns: { out } },
      [reading(tracking, highAlarm(10))],
      [20],
    ],
    [
      'a change that is not complete counts however long ago it began',
      { inService: 12, cooldowns: { out: { ...out, completedAt: undefined } } },
      [reading(plus(2), highAlarm(9))],
      [12, 'CoolingDown'],
    ],
    [
      'nothing counts any more once it is over',
      { inService: 12, cooldowns: { out: { ...out, completedAt: NOW - 300_000 } } },
      [reading(plus(2), highAlarm(9))],
      [14],
    ],
    ['scaling in goes on', cooling, [reading(tracking, lowAlarm(4))], [10]],
    [
      'what has gone since does not count',
      { inService: 11, cooldowns: { out } },
      [reading(plus(2), highAlarm(9))],
      [12],
    ],
    [
      'the maximum is the reason where both are',
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
    ['nobody goes by target tracking', cooling, [reading(tracking, lowAlarm(1))], [4, 'CoolingDown']],
    ['nobody goes by steps', cooling, [reading(minusOne, lowAlarm(1))], [4, 'CoolingDown']],
    ['scaling out happens at once', cooling, [reading(tracking, highAlarm(10))], [8]],
    [
      'somebody goes once it is over',
      { inService: 4, cooldowns: { in: { ...cooldowns.in, completedAt: NOW - 300_000 } } },
      [reading(minusOne, lowAlarm(1))],
      [3],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});

describe('while a direction is suspended', () => {
  const noOut = { bounds: bounds(0, 50, { suspended: { ...NOT_SUSPENDED, dynamicScalingOut: true } }) };
  const noIn = { bounds: bounds(0, 50, { suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true } }) };
  const waiting = { queued: 3, running: 0, oldestAcceptedAt: NOW };

  test.each<PolicyRow>([
    [
      'out, target tracking stays',
      { inService: 2, ...noOut },
      [reading(tracking, highAlarm(20))],
      [2, 'ScalingSuspended'],
    ],
    ['out, nobody is woken', { backlog: waiting, ...noOut }, [reading(tracking)], [0, 'ScalingSuspended']],
    ['out, the other goes on', { inService: 4, ...noOut }, [reading(tracking, lowAlarm(1))], [2]],
    [
      'out, nobody goes while another wishes for more',
      { inService: 4, ...noOut },
      [reading(tracking, highAlarm(20)), reading(minusOne, lowAlarm(1))],
      [4, 'ScalingSuspended', 'AlreadyAtDesiredCapacity'],
    ],
    ['in, steps stay', { inService: 2, ...noIn }, [reading(minusOne, lowAlarm(1))], [2, 'ScalingSuspended']],
    ['in, the other goes on', { inService: 2, ...noIn }, [reading(tracking, highAlarm(20))], [8]],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });
});
