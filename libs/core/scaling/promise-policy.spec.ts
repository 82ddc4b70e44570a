import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { NOW, bounds, observation } from '../../../test/support/scaling-samples.js';
import { decideByPromise, nextPromiseDecisionAt } from './promise-policy.js';
import { NOT_SUSPENDED } from './scalable-target.js';
import { decide, nextDecisionAt } from './scaling-decision.js';
import { type ScalingObservation, unreachable } from './scaling-observation.js';
import type { VariantEstimates } from '../learning/variant-history.js';

const KEEP_WARM_MS = 300_000;
const LONG_IDLE = NOW - KEEP_WARM_MS;

const queued = (count: number) => ({ queued: count, running: 0, oldestAcceptedAt: NOW });

describe('without history the decision is', () => {
  test.each<[string, Partial<ScalingObservation>, number]>([
    ['nothing for an empty backlog', {}, 0],
    ['one instance for one invocation', { backlog: queued(1) }, 1],
    ['a step from zero to all instances that the backlog fills', { backlog: queued(9) }, 9],
    ['as many as the slots need', { backlog: queued(9), slotsPerInstance: 4 }, 3],
    ['no more than the maximum', { backlog: queued(1_000) }, 10],
    ['no second launch for starting instances', { backlog: queued(3), starting: 3 }, 3],
    [
      'to launch the instances that are missing besides the starting and serving ones',
      { backlog: queued(9), starting: 2, inService: 1, idleSince: [NOW] },
      9,
    ],
    ['to count running invocations as backlog', { backlog: { queued: 2, running: 3 }, inService: 3, busy: 3 }, 5],
    ['to keep idle instances for the keep-warm time', { inService: 2, idleSince: [NOW, LONG_IDLE + 1] }, 2],
    ['to end an instance that has been idle for the keep-warm time', { inService: 2, idleSince: [NOW, LONG_IDLE] }, 1],
    [
      'to keep an idle instance for an invocation that runs elsewhere',
      { backlog: { queued: 0, running: 1 }, inService: 1, idleSince: [LONG_IDLE] },
      1,
    ],
    [
      'to keep idle instances for queued invocations',
      { backlog: queued(1), inService: 2, idleSince: [LONG_IDLE, LONG_IDLE] },
      2,
    ],
    [
      'to end no instance below the minimum',
      { inService: 2, idleSince: [LONG_IDLE, LONG_IDLE], bounds: bounds(1, 10) },
      1,
    ],
    ['to go beyond the minimum at once if the backlog needs more', { backlog: queued(7), bounds: bounds(3, 10) }, 7],
    ['nothing if the maximum is zero', { backlog: queued(5), bounds: bounds(0, 0) }, 0],
    [
      'the fixed count, regardless of the backlog',
      { backlog: queued(50), inService: 2, busy: 2, bounds: bounds(2, 2) },
      2,
    ],
  ])('%s', (_sentence, of, desired) => {
    expect(decide(observation(of)).desired).toBe(desired);
  });
});

/** Invocations take two seconds, on instances that start in twenty. */
const KNOWN: VariantEstimates = {
  serviceMs: 2_000,
  serviceHighMs: 3_000,
  startMs: 20_000,
  keepWarm: [
    { upTo: 1, ms: 120_000 },
    { upTo: 10, ms: 30_000 },
  ],
  worthwhile: 0,
};
const busy = (count: number): Partial<ScalingObservation> => ({
  inService: count,
  busy: count,
  runningForMs: count * 1_000,
});
const start = (seconds: number) => ({ kind: 'start', withinMs: seconds * 1000 }) as const;
const done = (seconds: number) => ({ kind: 'done', withinMs: seconds * 1000 }) as const;

describe('with service and start times known the decision is', () => {
  test.each<[string, Partial<ScalingObservation>, number]>([
    ['a slot for each invocation, if no start can be in time', { backlog: queued(40), promise: start(1) }, 40],
    [
      'the fewest instances that keep the promise, if starts can be in time',
      { backlog: queued(40), promise: start(30) },
      8,
    ],
    ['more instances if the oldest invocation has waited longer', { backlog: aged(40, 6), promise: start(30) }, 20],
    [
      'more instances if invocations must be done, not only started, in time',
      { backlog: queued(40), promise: done(30) },
      12,
    ],
    [
      'nothing for a queue that is empty before another instance would come',
      { ...busy(5), backlog: { ...queued(20), running: 5 }, promise: start(1) },
      5,
    ],
    [
      'nothing for a wait within the promise',
      { ...busy(5), backlog: { ...queued(60), running: 5 }, promise: start(5) },
      5,
    ],
    [
      'more instances for a wait beyond the promise',
      { ...busy(5), backlog: { ...queued(70), running: 5 }, promise: start(5) },
      20,
    ],
    [
      'to count expected invocations, but at most a slot for each present one',
      {
        ...busy(5),
        backlog: { ...queued(20), running: 5 },
        estimates: { ...KNOWN, arrivals: [{ perSecond: 3, forMs: 120_000 }] },
        promise: start(1),
      },
      25,
    ],
    [
      'to count starting instances by how far they are',
      { ...starting(20, 10), backlog: queued(100), promise: start(1) },
      20,
    ],
    [
      'to count starting instances less if they are late',
      { ...starting(20, 200), backlog: queued(100), promise: start(1) },
      80,
    ],
    [
      'the instances that work often comes for, even if it would not wait long',
      { ...busy(5), backlog: { ...queued(4), running: 5 }, estimates: { ...KNOWN, worthwhile: 7 }, promise: start(1) },
      7,
    ],
    [
      'no more of those instances than the backlog can use',
      { ...busy(5), backlog: { queued: 0, running: 5 }, estimates: { ...KNOWN, worthwhile: 7 } },
      5,
    ],
    ['to keep the last instance for as long as that pays', { inService: 1, idleSince: [NOW - 119_999] }, 1],
    ['to end the last instance after that', { inService: 1, idleSince: [NOW - 120_000] }, 0],
    ['to end other instances sooner', { inService: 3, idleSince: [NOW - 60_000, NOW - 30_000, NOW - 50_000] }, 1],
    [
      'to keep no instance for longer than the setting',
      { inService: 1, idleSince: [NOW - 10_000], maxKeepWarmMs: 10_000 },
      0,
    ],
  ])('%s', (_sentence, of, desired) => {
    expect(decide(observation({ estimates: KNOWN, bounds: bounds(0, 1_000), ...of })).desired).toBe(desired);
  });
});

function aged(count: number, seconds: number) {
  return { queued: count, running: 0, oldestAcceptedAt: NOW - seconds * 1000 };
}

function starting(count: number, sinceSeconds: number): Partial<ScalingObservation> {
  return { starting: count, startingSince: Array.from({ length: count }, () => NOW - sinceSeconds * 1000) };
}

function causeOf(of: Partial<ScalingObservation>): string {
  return decide(observation({ estimates: KNOWN, ...of })).cause;
}

describe('the cause', () => {
  test('gives the numbers of the wish and of the limit', () => {
    const seen = observation({ backlog: { queued: 90, running: 10 }, slotsPerInstance: 4 });
    expect(decide(seen)).toEqual({
      desired: 10,
      cause:
        'a backlog of 100 (90 queued, 10 running) at 4 per instance needs 25 instances; the maximum capacity is 10',
      answers: [
        {
          by: 'promise',
          wants: 25,
          because: 'a backlog of 100 (90 queued, 10 running) at 4 per instance needs 25 instances',
        },
      ],
      notScaledReasons: [],
    });
    expect(decide({ ...seen, inService: 10, busy: 10 })).toMatchObject({
      desired: 10,
      notScaledReasons: [{ code: 'AlreadyAtMaxCapacity', currentCapacity: 10, maxCapacity: 10 }],
    });
  });

  test('gives the measured times', () => {
    expect(causeOf({ backlog: queued(4) })).toBe(
      'a backlog of 4 (4 queued, 0 running), and a start takes 20 s: 4 instances',
    );
    expect(causeOf({ ...busy(5), backlog: { ...queued(65), running: 5 }, promise: start(5) })).toBe(
      'a backlog of 70 (65 queued, 5 running), and a start takes 20 s; ' +
        'without more instances the wait would be 6 s, but 5 s is promised: 15 instances; ' +
        'the maximum capacity is 10',
    );
  });

  test('says why an idle instance goes', () => {
    expect(causeOf({ estimates: {}, inService: 2, idleSince: [LONG_IDLE, NOW] })).toBe(
      '1 of 2 instances had nothing to do for 300 s',
    );
    expect(causeOf({ inService: 3, idleSince: [NOW - 42_000, NOW] })).toBe(
      '1 of 3 instances had nothing to do for 42 s, ' +
        'and keeping one for more than 30 s costs more than the start that it saves',
    );
  });
});

test('a suspended direction changes nothing, and the reason says so', () => {
  const out = bounds(0, 10, { suspended: { ...NOT_SUSPENDED, dynamicScalingOut: true } });
  const inward = bounds(0, 10, { suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true } });
  const idle = { inService: 1, idleSince: [LONG_IDLE] };
  expect(decide(observation({ backlog: queued(5), bounds: out }))).toMatchObject({
    desired: 0,
    notScaledReasons: [{ code: 'ScalingSuspended', currentCapacity: 0 }],
  });
  expect(decide(observation({ ...idle, bounds: out })).desired).toBe(0);
  expect(decide(observation({ ...idle, bounds: inward })).desired).toBe(1);
  expect(decide(observation({ backlog: queued(5), bounds: inward })).desired).toBe(5);
});

const estimates: fc.Arbitrary<VariantEstimates> = fc.oneof(
  fc.constant({}),
  fc.record({
    serviceMs: fc.double({ min: 1, max: 600_000, noNaN: true }),
    serviceHighMs: fc.double({ min: 1, max: 900_000, noNaN: true }),
    startMs: fc.double({ min: 1, max: 900_000, noNaN: true }),
    worthwhile: fc.nat(30),
    arrivals: fc.array(fc.record({ perSecond: fc.double({ min: 0, max: 50, noNaN: true }), forMs: fc.nat(120_000) }), {
      maxLength: 3,
    }),
    keepWarm: fc.constantFrom(
      [],
      [
        { upTo: 1, ms: 200_000 },
        { upTo: 8, ms: 1_000 },
      ],
      [{ upTo: 3, ms: 0 }],
    ),
  }),
);

const observations: fc.Arbitrary<ScalingObservation> = fc
  .record({
    estimates,
    queued: fc.nat(2_000),
    running: fc.nat(50),
    ageMs: fc.nat(600_000),
    startingSince: fc.array(fc.integer({ min: NOW - 900_000, max: NOW }), { maxLength: 10 }),
    busy: fc.nat(10),
    idleSince: fc.array(fc.integer({ min: NOW - 2 * KEEP_WARM_MS, max: NOW }), { maxLength: 10 }),
    runningForMs: fc.nat(10_000_000),
    slotsPerInstance: fc.integer({ min: 1, max: 20 }),
    kind: fc.constantFrom('start' as const, 'done' as const),
    withinMs: fc.nat(600_000),
    minimum: fc.nat(10),
    range: fc.nat(20),
    dynamicScalingIn: fc.boolean(),
    dynamicScalingOut: fc.boolean(),
  })
  .map(({ queued: waiting, running, ageMs, minimum, range, kind, withinMs, ...of }) =>
    observation({
      ...of,
      backlog: { queued: waiting, running, ...(waiting > 0 && { oldestAcceptedAt: NOW - ageMs }) },
      starting: of.startingSince.length,
      inService: of.busy + of.idleSince.length,
      promise: { kind, withinMs },
      bounds: bounds(minimum, minimum + range, {
        suspended: {
          dynamicScalingIn: of.dynamicScalingIn,
          dynamicScalingOut: of.dynamicScalingOut,
          scheduledScaling: false,
        },
      }),
    }),
  );

describe('for any observation, the decision', () => {
  test('stays inside the bounds, except for busy and starting instances', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const { desired } = decide(seen);
        expect(desired).toBeGreaterThanOrEqual(seen.bounds.minimum);
        expect(desired).toBeLessThanOrEqual(Math.max(seen.bounds.maximum, unreachable(seen)));
        expect(desired).toBeGreaterThanOrEqual(unreachable(seen));
      }),
      { numRuns: 2_000 },
    );
  });

  test('is no lower for a longer backlog', () => {
    fc.assert(
      fc.property(observations, fc.nat(500), (seen, more) => {
        const backlog = { ...seen.backlog, queued: seen.backlog.queued + more };
        expect(decide({ ...seen, backlog }).desired).toBeGreaterThanOrEqual(decide(seen).desired);
      }),
      { numRuns: 2_000 },
    );
  });

  test('goes one way only and comes to rest, if nothing changes but its own effect', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const first = carriedOut(seen, decide(seen).desired);
        const second = carriedOut(first, decide(first).desired);
        expect(Math.sign(sizeOf(second) - sizeOf(first)) * Math.sign(sizeOf(first) - sizeOf(seen))).not.toBe(-1);
        expect(decide(second).desired).toBe(sizeOf(second));
      }),
      { numRuns: 2_000 },
    );
  });

  test('names a later time for the next decision', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        expect(nextDecisionAt(seen) ?? Infinity).toBeGreaterThan(seen.now);
      }),
    );
  });
});

function sizeOf(seen: ScalingObservation): number {
  return seen.starting + seen.inService;
}

/**
 * Returns the observation after a decision was carried out: its instances were launched, or the longest idle ones have
 * gone.
 */
function carriedOut(seen: ScalingObservation, desired: number): ScalingObservation {
  const missing = desired - sizeOf(seen);
  const idleSince = [...seen.idleSince].sort((a, b) => a - b).slice(Math.max(0, -missing));
  const launched = Array.from({ length: Math.max(0, missing) }, () => NOW);
  return {
    ...seen,
    desired,
    startingSince: [...seen.startingSince, ...launched],
    starting: seen.starting + launched.length,
    inService: seen.busy + idleSince.length,
    idleSince,
  };
}

test('a decision on a million queued invocations takes less than a millisecond', () => {
  const seen = observation({
    ...busy(500),
    ...starting(500, 10),
    backlog: { queued: 1_000_000, running: 500, oldestAcceptedAt: NOW - 60_000 },
    bounds: bounds(0, 10_000),
    estimates: KNOWN,
  });
  for (let warmUp = 0; warmUp < 200; warmUp += 1) decideByPromise(seen);
  const before = performance.now();
  for (let run = 0; run < 200; run += 1) decideByPromise(seen);
  expect((performance.now() - before) / 200).toBeLessThan(1);
});

describe('time alone calls for another decision', () => {
  test.each<[string, Partial<ScalingObservation>, number | undefined]>([
    [
      'when the first idle instance has been warm for long enough',
      { inService: 2, idleSince: [NOW - 5, NOW - 10] },
      NOW - 10 + KEEP_WARM_MS,
    ],
    [
      'not for an instance whose keep-warm time was over already',
      { inService: 2, idleSince: [LONG_IDLE, NOW] },
      NOW + KEEP_WARM_MS,
    ],
    ['not while all are busy', { inService: 1, busy: 1 }, undefined],
    ['not at the minimum', { inService: 1, idleSince: [NOW], bounds: bounds(1, 2) }, undefined],
    [
      'not while scaling in is suspended',
      {
        inService: 1,
        idleSince: [NOW],
        bounds: bounds(0, 2, { suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true } }),
      },
      undefined,
    ],
    [
      'when the keep-warm time for the number of instances is over',
      { inService: 2, idleSince: [NOW, NOW], estimates: KNOWN },
      NOW + 30_000,
    ],
    [
      'soon while invocations wait and a forecast exists',
      { backlog: queued(3), starting: 3, estimates: KNOWN },
      NOW + 1_000,
    ],
    ['not while invocations wait without estimates', { backlog: queued(3), starting: 3 }, undefined],
    ['not while invocations wait at the maximum', { backlog: queued(30), starting: 10, estimates: KNOWN }, undefined],
  ])('%s', (_sentence, of, at) => {
    expect(nextPromiseDecisionAt(observation(of))).toBe(at);
  });
});
