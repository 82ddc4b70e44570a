import { describe, expect, test } from 'vitest';
import {
  type PolicyRow,
  highAlarm,
  outcomeOf,
  reading,
  stepPolicy,
  trackingPolicy,
} from '../../../test/support/policy-samples.js';
import { NOW, bounds, observation } from '../../../test/support/scaling-samples.js';
import type { Backlog } from '../invocation/backlog.js';
import type { CooldownStep } from './scalable-target.js';
import { decide, nextDecisionAt } from './scaling-decision.js';
import type { ScalingObservation } from './scaling-observation.js';

const tracking = trackingPolicy();
const plusOne = stepPolicy();

function queued(count: number, forMs = 0): Backlog {
  return { queued: count, running: 0, oldestAcceptedAt: NOW - forMs };
}

describe('a backlog at zero', () => {
  const cpu = trackingPolicy('cpu', { metric: { kind: 'predefined', type: 'SageMakerVariantInvocationsPerInstance' } });

  test.each<PolicyRow>([
    ['wakes as many instances as the policy on the backlog wants', { backlog: queued(90) }, [reading(tracking)], [18]],
    [
      'wakes one instance if no policy is on the backlog',
      { backlog: queued(90) },
      [reading(cpu), reading(plusOne)],
      [1],
    ],
    ['wakes no more than the maximum', { backlog: queued(90), bounds: bounds(0, 4) }, [reading(tracking)], [4]],
    [
      'wakes no instance if the maximum is zero',
      { backlog: queued(90), bounds: bounds(0, 0) },
      [reading(tracking)],
      [0, 'AlreadyAtMaxCapacity'],
    ],
    [
      'wakes more instances if the backlog grows before one is in service',
      { backlog: queued(90), starting: 1 },
      [reading(tracking)],
      [18],
    ],
    [
      'wakes no more than the starting instances if they are enough',
      { backlog: queued(90), starting: 18 },
      [reading(tracking)],
      [18],
    ],
    [
      'leaves scaling to the policies once an instance is in service',
      { backlog: queued(90), inService: 1 },
      [reading(tracking)],
      [1],
    ],
    [
      'waits for the policies at the pace of AWS',
      { backlog: queued(90, 239_999), pace: 'aws' },
      [reading(tracking)],
      [0],
    ],
    [
      'wakes one instance at the pace of AWS when the policies have had their time',
      { backlog: queued(90, 240_000), pace: 'aws' },
      [reading(tracking)],
      [1],
    ],
    [
      'leaves scaling to a policy that wants more',
      { backlog: queued(2) },
      [reading(tracking), reading(stepPolicy('plus three', [{ lowerBound: 0, adjustment: 3 }]), highAlarm(9))],
      [3],
    ],
  ])('%s', (_sentence, seen, readings, expected) => {
    expect(outcomeOf(seen, readings)).toEqual(expected);
  });

  test('counts the woken instances until they are in service, so that a step does not add to them', () => {
    const woken = decide(observation({ backlog: queued(1) }), [reading(tracking), reading(plusOne)]);
    expect(woken).toMatchObject({ desired: 1, policy: { name: 'wake', cooldownMs: 0 } });
    const out: CooldownStep = { policyName: 'wake', from: 0, to: 1, cooldownMs: 0 };
    const starting = observation({ backlog: queued(1), starting: 1, cooldowns: { out } });
    expect(decide(starting, [reading(plusOne, highAlarm(1, { threshold: 0 }))])).toMatchObject({
      desired: 1,
      notScaledReasons: [{ code: 'CoolingDown', currentCapacity: 1 }],
    });
  });

  test.each<[string, Partial<ScalingObservation>, number | undefined]>([
    ['at the pace of AWS', { backlog: queued(1, 50_000), pace: 'aws' }, NOW + 190_000],
    ['not at the fast pace, which has woken it', { backlog: queued(1, 50_000) }, undefined],
    ['not if an instance is in service', { backlog: queued(1), pace: 'aws', inService: 1 }, undefined],
    ['not if the backlog is empty', { pace: 'aws' }, undefined],
  ])('calls for a decision when its patience is over, %s', (_sentence, seen, at) => {
    expect(nextDecisionAt(observation(seen), [reading(tracking)])).toBe(at);
  });
});
