import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { highAlarm, lowAlarm, reading, stepPolicy, trackingPolicy } from '../../../test/support/policy-samples.js';
import { NOW, bounds, observation } from '../../../test/support/scaling-samples.js';
import type { AlarmState } from '../alarm/alarm.js';
import type { Cooldowns } from './scalable-target.js';
import { decide } from './scaling-decision.js';
import { type AlarmReading, type PolicyReading, type ScalingObservation, unreachable } from './scaling-observation.js';
import { ADJUSTMENT_TYPES, type ScalingPolicy, type StepAdjustment } from './scaling-policy.js';
import { trackedCapacity } from './target-tracking.js';

const SUSPENDED = { suspended: { dynamicScalingIn: false, dynamicScalingOut: true, scheduledScaling: false } };

const idle = trackingPolicy();
const calm = [reading(idle, highAlarm(1, { state: 'OK' }))];

describe('the bounds hold before any policy is asked', () => {
  test.each<[string, Partial<ScalingObservation>, number, string]>([
    ['up to the minimum', { inService: 1, bounds: bounds(3, 10) }, 3, 'minimum capacity was set to 3'],
    ['down to a lowered maximum', { inService: 4, bounds: bounds(0, 2) }, 2, 'maximum capacity was set to 2'],
    ['down to a maximum of nothing', { inService: 4, bounds: bounds(0, 0) }, 0, 'maximum capacity was set to 0'],
    [
      'except for busy and starting instances',
      { starting: 1, inService: 3, busy: 2, bounds: bounds(0, 1) },
      3,
      'maximum capacity was set to 1',
    ],
    [
      'down from a desired count that was not reached',
      { inService: 1, desired: 9, bounds: bounds(0, 5) },
      5,
      'maximum capacity was set to 5',
    ],
    ['and leave a count inside them alone', { inService: 4, bounds: bounds(2, 9) }, 4, 'no policy asks for a change'],
  ])('%s', (_sentence, seen, desired, cause) => {
    expect(decide(observation(seen), calm)).toMatchObject({ desired, cause });
  });

  test('up to more than the minimum if a policy wants that', () => {
    const seen = observation({ inService: 1, bounds: bounds(3, 10) });
    expect(decide(seen, [reading(idle, highAlarm(35))]).desired).toBe(7);
  });
});

test('a lower desired count stays while the instances are busy', () => {
  expect(decide(observation({ desired: 1, inService: 3, busy: 3 }), calm).desired).toBe(1);
});

const order = (instances: number, at = NOW): Partial<ScalingObservation> => ({
  wakeOrder: { instances, by: 'operator Ada', at },
});

describe('an order to wake', () => {
  test.each<[string, Partial<ScalingObservation>, number]>([
    ['is carried out at zero', order(2), 2],
    ['is carried out even if dispatch is paused', { ...order(2), dispatch: 'paused' }, 2],
    ['is carried out even if scaling out is suspended', { ...order(1), bounds: bounds(0, 3, SUSPENDED) }, 1],
    ['goes no further than a maximum that was lowered meanwhile', { ...order(9), bounds: bounds(0, 4) }, 4],
    ['ends no instance', { ...order(2), inService: 5, busy: 5 }, 5],
    ['wants at least the minimum', { ...order(1), bounds: bounds(3, 5) }, 3],
    ['is no longer in force after a minute', order(2, NOW - 60_001), 0],
  ])('%s', (_sentence, seen, desired) => {
    expect(decide(observation(seen)).desired).toBe(desired);
    expect(decide(observation(seen), calm).desired).toBe(desired);
  });

  test('says who gave it', () => {
    expect(decide(observation(order(2)))).toEqual({
      desired: 2,
      cause: 'operator Ada asked for 2 instances at once',
      answers: [{ by: 'operator', wants: 2, because: 'operator Ada asked for 2 instances at once' }],
      notScaledReasons: [],
    });
  });
});

describe('while dispatch is paused', () => {
  const paused = { dispatch: 'paused' } as const;

  test('no policy scales out, regardless of the metrics', () => {
    const seen = observation({ ...paused, inService: 1 });
    expect(decide(seen, [reading(idle, highAlarm(35))])).toMatchObject({
      desired: 1,
      notScaledReasons: [{ code: 'DispatchPaused', currentCapacity: 1 }],
    });
  });

  test('no promise scales out, even while invocations run', () => {
    const seen = observation({ ...paused, inService: 1, busy: 1, backlog: { queued: 0, running: 4 } });
    expect(decide(seen)).toMatchObject({ desired: 1, notScaledReasons: [{ code: 'DispatchPaused' }] });
  });

  test('the minimum holds', () => {
    expect(decide(observation({ ...paused, bounds: bounds(2, 5) })).desired).toBe(2);
  });

  test('idle instances go', () => {
    const seen = observation({ ...paused, inService: 2, idleSince: [NOW - 400_000, NOW - 400_000] });
    expect(decide(seen).desired).toBe(0);
  });
});

const alarms: fc.Arbitrary<AlarmReading> = fc
  .record({
    isHigh: fc.boolean(),
    value: fc.option(fc.double({ min: 0, max: 40, noNaN: true }), { nil: undefined, freq: 8 }),
    threshold: fc.integer({ min: 0, max: 10 }),
    state: fc.constantFrom<AlarmState>('ALARM', 'ALARM', 'ALARM', 'OK', 'INSUFFICIENT_DATA'),
    isDue: fc.boolean(),
  })
  .map(({ isHigh, ...of }) => (isHigh ? highAlarm(of.value, of) : lowAlarm(of.value, of)));

const names = fc.uuid();

const trackingPolicies: fc.Arbitrary<ScalingPolicy> = fc
  .tuple(names, fc.record({ targetValue: fc.double({ min: 0.5, max: 20, noNaN: true }), disableScaleIn: fc.boolean() }))
  .map(([name, of]) => trackingPolicy(name, of));

/** Steps without gaps that add more the higher the metric is. */
const stepPolicies: fc.Arbitrary<ScalingPolicy> = fc
  .record({
    name: names,
    cuts: fc.uniqueArray(fc.integer({ min: -20, max: 20 }), { maxLength: 4 }),
    adjustments: fc.array(fc.integer({ min: -20, max: 30 }), { minLength: 5, maxLength: 5 }),
    adjustmentType: fc.constantFrom(...ADJUSTMENT_TYPES),
    minAdjustmentMagnitude: fc.nat(3),
  })
  .map(({ name, cuts, adjustments, ...of }) => {
    const edges = cuts.toSorted((a, b) => a - b);
    const rising = adjustments.toSorted((a, b) => a - b);
    const steps = [...edges, undefined].map((upperBound, index): StepAdjustment => ({
      lowerBound: edges[index - 1],
      upperBound,
      adjustment: rising[index]!,
    }));
    return stepPolicy(name, steps, of);
  });

function readingsOf(policies: fc.Arbitrary<ScalingPolicy>): fc.Arbitrary<PolicyReading[]> {
  const one = fc.tuple(policies, fc.array(alarms, { maxLength: 3 }));
  return fc.array(
    one.map(([policy, of]) => reading(policy, ...of)),
    { minLength: 1, maxLength: 3 },
  );
}

const readingsOfAny = readingsOf(fc.oneof(trackingPolicies, stepPolicies));

const cooldowns: fc.Arbitrary<Cooldowns> = fc
  .record({
    from: fc.nat(20),
    added: fc.integer({ min: 1, max: 10 }),
    completedAt: fc.option(fc.integer({ min: NOW - 400_000, max: NOW }), { nil: undefined }),
    cooldownMs: fc.integer({ min: 0, max: 400_000 }),
  })
  .map(({ from, added, ...of }) => ({ policyName: 'p', from, to: from + added, ...of }))
  .chain((step) => fc.constantFrom<Cooldowns>({}, { out: step }, { in: { ...step, from: step.to, to: step.from } }));

const observations: fc.Arbitrary<ScalingObservation> = fc
  .record({
    desired: fc.nat(30),
    queued: fc.nat(200),
    starting: fc.nat(5),
    busy: fc.nat(10),
    unbusy: fc.nat(10),
    minimum: fc.nat(10),
    range: fc.nat(30),
    dynamicScalingIn: fc.boolean(),
    dynamicScalingOut: fc.boolean(),
    cooldowns,
    dispatch: fc.constantFrom('open', 'paused'),
  })
  .map(({ queued, unbusy, minimum, range, dynamicScalingIn, dynamicScalingOut, ...of }) =>
    observation({
      ...of,
      backlog: { queued, running: of.busy },
      inService: of.busy + unbusy,
      bounds: bounds(minimum, minimum + range, {
        suspended: { dynamicScalingIn, dynamicScalingOut, scheduledScaling: false },
      }),
    }),
  );

const isWithin = ({ bounds: { maximum, minimum }, desired, inService, starting }: ScalingObservation): boolean =>
  Math.max(desired, inService + starting) <= maximum && desired >= minimum;

const RUNS = { numRuns: 2_000 };

describe('for any policies, the decision', () => {
  test('stays inside the bounds, except for busy and starting instances, even if an operator orders more', () => {
    const orders = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined });
    fc.assert(
      fc.property(observations, readingsOfAny, orders, (seen, readings, instances) => {
        const wakeOrder = instances === undefined ? undefined : { instances, by: 'an operator', at: NOW };
        const { desired } = decide({ ...seen, wakeOrder }, readings);
        expect(desired).toBeGreaterThanOrEqual(seen.bounds.minimum);
        expect(desired).toBeLessThanOrEqual(Math.max(seen.bounds.maximum, unreachable(seen)));
      }),
      RUNS,
    );
  });

  test('never goes below the busy and starting instances, unless the desired count was already lower', () => {
    fc.assert(
      fc.property(observations, readingsOfAny, (seen, readings) => {
        const { desired } = decide(seen, readings);
        expect(desired).toBeGreaterThanOrEqual(Math.min(seen.desired, unreachable(seen)));
      }),
      RUNS,
    );
  });

  test('is no lower for a longer backlog', () => {
    fc.assert(
      fc.property(observations, readingsOfAny, fc.nat(500), fc.boolean(), (seen, readings, more, isAtZero) => {
        const here = isAtZero ? { ...seen, desired: 0, starting: 0, busy: 0, inService: 0 } : seen;
        const longer = { ...here, backlog: { ...here.backlog, queued: here.backlog.queued + more } };
        expect(decide(longer, readings).desired).toBeGreaterThanOrEqual(decide(here, readings).desired);
      }),
      RUNS,
    );
  });

  test('is no lower for a higher metric', () => {
    fc.assert(
      fc.property(observations, readingsOfAny, fc.double({ min: 0, max: 50, noNaN: true }), (seen, readings, more) => {
        const higher = readings.map(({ policy, alarms: [first, ...others] }) =>
          reading(policy, ...(first?.value === undefined ? [] : [{ ...first, value: first.value + more }]), ...others),
        );
        const same = readings.map(({ policy, alarms: [first, ...others] }) =>
          reading(policy, ...(first?.value === undefined ? [] : [first]), ...others),
        );
        expect(decide(seen, higher).desired).toBeGreaterThanOrEqual(decide(seen, same).desired);
      }),
      RUNS,
    );
  });

  test('is no lower for one more policy on the way out', () => {
    fc.assert(
      fc.property(observations, readingsOfAny, readingsOfAny, (seen, readings, [another]) => {
        const { desired } = decide(seen, readings);
        fc.pre(desired > seen.desired);
        expect(decide(seen, [...readings, another!]).desired).toBeGreaterThanOrEqual(desired);
      }),
      RUNS,
    );
  });

  test('scales in by target tracking only if all policies that may scale in agree', () => {
    fc.assert(
      fc.property(observations.filter(isWithin), readingsOf(trackingPolicies), (seen, readings) => {
        fc.pre(decide(seen, readings).desired < seen.desired);
        for (const { policy, alarms: own } of readings) {
          const { rule } = policy;
          const agrees = own.some(
            ({ comparison, state, value }) =>
              state === 'ALARM' &&
              comparison === 'LessThanThreshold' &&
              value !== undefined &&
              rule.kind === 'TargetTrackingScaling' &&
              trackedCapacity(rule, value, Math.max(1, seen.inService)) < seen.desired,
          );
          const isAsked = rule.kind === 'TargetTrackingScaling' && !rule.disableScaleIn;
          expect(agrees || !isAsked).toBe(true);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('changes nothing while no alarm acts and an instance is in service', () => {
    fc.assert(
      fc.property(observations.filter(isWithin), readingsOfAny, (seen, readings) => {
        fc.pre(seen.inService > 0);
        const quiet = readings.map(({ policy, alarms: own }) =>
          reading(policy, ...own.map((alarm) => ({ ...alarm, isDue: false }))),
        );
        expect(decide(seen, quiet)).toMatchObject({ desired: seen.desired, notScaledReasons: [] });
      }),
      RUNS,
    );
  });

  test('has reasons if it changes nothing although a policy wanted a change, and none otherwise', () => {
    fc.assert(
      fc.property(observations.filter(isWithin), readingsOfAny, (seen, readings) => {
        const { answers, desired, notScaledReasons } = decide(seen, readings);
        expect(notScaledReasons.length > 0).toBe(desired === seen.desired && answers.length > 0);
      }),
      RUNS,
    );
  });
});
