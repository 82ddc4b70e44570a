import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeployedVariant } from './endpoint.js';
import {
  NOT_SUSPENDED,
  type CapacityBounds,
  type ScalableTarget,
  type ScalingObservation,
  capacityBounds,
  decide,
  nextDecisionAt,
} from './scaling-policy.js';

const NOW = 1_000_000;
const KEEP_WARM_MS = 300_000;

function bounds(minimum: number, maximum: number, of: Partial<CapacityBounds> = {}): CapacityBounds {
  return { minimum, maximum, source: 'scalable target', suspended: NOT_SUSPENDED, ...of };
}

function observation(of: Partial<ScalingObservation> = {}): ScalingObservation {
  return {
    now: NOW,
    backlog: { queued: 0, running: 0 },
    starting: 0,
    inService: 0,
    busy: 0,
    idleSince: [],
    slotsPerInstance: 1,
    bounds: bounds(0, 10),
    keepWarmMs: KEEP_WARM_MS,
    ...of,
  };
}

const queued = (count: number) => ({ queued: count, running: 0 });
const LONG_IDLE = NOW - KEEP_WARM_MS;

describe('the decision is', () => {
  const ROWS: readonly [string, Partial<ScalingObservation>, number][] = [
    ['nothing where nothing waits', {}, 0],
    ['one instance for one invocation', { backlog: queued(1) }, 1],
    ['from zero to all that the backlog fills, in one step', { backlog: queued(9) }, 9],
    ['as many as the slots need', { backlog: queued(9), slotsPerInstance: 4 }, 3],
    ['no more than the maximum', { backlog: queued(1_000) }, 10],
    ['no second launch for what is starting', { backlog: queued(3), starting: 3 }, 3],
    [
      'what is missing beside those that start and serve',
      { backlog: queued(9), starting: 2, inService: 1, idleSince: [NOW] },
      9,
    ],
    ['to count what runs as backlog', { backlog: { queued: 2, running: 3 }, inService: 3, busy: 3 }, 5],
    ['to keep the idle while they are warm', { inService: 2, idleSince: [NOW, LONG_IDLE + 1] }, 2],
    ['to let go who was idle for the keep-warm time', { inService: 2, idleSince: [NOW, LONG_IDLE] }, 1],
    [
      'to keep an idle one that the backlog needs',
      { backlog: queued(2), inService: 2, idleSince: [LONG_IDLE, LONG_IDLE] },
      2,
    ],
    [
      'to let nobody go below the minimum',
      { inService: 2, idleSince: [LONG_IDLE, LONG_IDLE], bounds: bounds(1, 10) },
      1,
    ],
    [
      'to fill up to the minimum',
      { inService: 1, busy: 1, backlog: { queued: 0, running: 1 }, bounds: bounds(3, 10) },
      3,
    ],
    ['to fill past the minimum at once where the backlog needs more', { backlog: queued(7), bounds: bounds(3, 10) }, 7],
    ['to fall to a lowered maximum', { inService: 4, idleSince: [NOW, NOW, NOW, NOW], bounds: bounds(0, 2) }, 2],
    [
      'to wait for the busy and the starting before that',
      { starting: 1, inService: 3, busy: 2, idleSince: [NOW], bounds: bounds(0, 1) },
      3,
    ],
    ['nothing at all where the maximum is zero', { backlog: queued(5), bounds: bounds(0, 0) }, 0],
    ['the fixed count, whatever waits', { backlog: queued(50), inService: 2, busy: 2, bounds: bounds(2, 2) }, 2],
  ];

  test.each(ROWS)('%s', (_sentence, of, desired) => {
    expect(decide(observation(of)).desired).toBe(desired);
  });

  test('explained with its numbers, and with what it could not have', () => {
    expect(decide(observation({ backlog: { queued: 90, running: 10 }, slotsPerInstance: 4 }))).toEqual({
      desired: 10,
      cause: 'backlog of 100 (90 queued, 10 running) at 4 per instance needs 25 instances; the maximum capacity is 10',
      notScaledReasons: [{ code: 'AlreadyAtMaxCapacity', currentCapacity: 10, maxCapacity: 10 }],
    });
    expect(decide(observation({ inService: 2, idleSince: [LONG_IDLE, NOW] })).cause).toBe(
      '1 of 2 instances had nothing to do for 300 s',
    );
    expect(decide(observation({ bounds: bounds(1, 1) })).cause).toBe('minimum capacity was set to 1');
  });

  test('not carried out in the direction that is suspended', () => {
    const out = { ...NOT_SUSPENDED, dynamicScalingOut: true };
    const inward = { ...NOT_SUSPENDED, dynamicScalingIn: true };
    const idle = { inService: 1, idleSince: [LONG_IDLE] };
    expect(decide(observation({ backlog: queued(5), bounds: bounds(0, 10, { suspended: out }) })).desired).toBe(0);
    expect(decide(observation({ ...idle, bounds: bounds(0, 10, { suspended: out }) })).desired).toBe(0);
    expect(decide(observation({ ...idle, bounds: bounds(0, 10, { suspended: inward }) })).desired).toBe(1);
    expect(decide(observation({ backlog: queued(5), bounds: bounds(0, 10, { suspended: inward }) })).desired).toBe(5);
  });
});

const observations: fc.Arbitrary<ScalingObservation> = fc
  .record({
    queued: fc.nat(2_000),
    running: fc.nat(50),
    starting: fc.nat(10),
    busy: fc.nat(10),
    idleSince: fc.array(fc.integer({ min: NOW - 2 * KEEP_WARM_MS, max: NOW }), { maxLength: 10 }),
    slotsPerInstance: fc.integer({ min: 1, max: 20 }),
    minimum: fc.nat(10),
    range: fc.nat(20),
    dynamicScalingIn: fc.boolean(),
    dynamicScalingOut: fc.boolean(),
  })
  .map(({ queued: waiting, running, minimum, range, dynamicScalingIn, dynamicScalingOut, ...of }) =>
    observation({
      ...of,
      backlog: { queued: waiting, running },
      inService: of.busy + of.idleSince.length,
      bounds: bounds(minimum, minimum + range, {
        suspended: { dynamicScalingIn, dynamicScalingOut, scheduledScaling: false },
      }),
    }),
  );

describe('whatever it sees, the decision', () => {
  test('stays inside the bounds, but for those that are busy or starting', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const { desired } = decide(seen);
        expect(desired).toBeGreaterThanOrEqual(seen.bounds.minimum);
        expect(desired).toBeLessThanOrEqual(Math.max(seen.bounds.maximum, seen.busy + seen.starting));
        expect(desired).toBeGreaterThanOrEqual(seen.busy + seen.starting);
      }),
      { numRuns: 1_000 },
    );
  });

  test('is no lower for a longer backlog', () => {
    fc.assert(
      fc.property(observations, fc.nat(500), (seen, more) => {
        const longer = { ...seen, backlog: { ...seen.backlog, queued: seen.backlog.queued + more } };
        expect(decide(longer).desired).toBeGreaterThanOrEqual(decide(seen).desired);
      }),
      { numRuns: 1_000 },
    );
  });

  test('goes one way only and comes to rest, as long as nothing changes but what it does itself', () => {
    fc.assert(
      fc.property(observations, (seen) => {
        const first = carriedOut(seen, decide(seen).desired);
        const second = carriedOut(first, decide(first).desired);
        expect(Math.sign(sizeOf(second) - sizeOf(first)) * Math.sign(sizeOf(first) - sizeOf(seen))).not.toBe(-1);
        expect(decide(second).desired).toBe(sizeOf(second));
      }),
      { numRuns: 1_000 },
    );
  });
});

function sizeOf({ starting, inService }: ScalingObservation): number {
  return starting + inService;
}

/** What is seen when as many were launched, or those idle longest have gone, as the decision asked for. */
function carriedOut(seen: ScalingObservation, desired: number): ScalingObservation {
  const missing = desired - sizeOf(seen);
  const idleSince = [...seen.idleSince].sort((a, b) => a - b).slice(Math.max(0, -missing));
  return {
    ...seen,
    starting: seen.starting + Math.max(0, missing),
    inService: seen.busy + idleSince.length,
    idleSince,
  };
}

describe('time alone calls for another decision', () => {
  test.each<[string, Partial<ScalingObservation>, number | undefined]>([
    [
      'when the first idle instance has been warm for long enough',
      { inService: 2, idleSince: [NOW - 5, NOW - 10] },
      NOW - 10 + KEEP_WARM_MS,
    ],
    ['not for one whose time was up already', { inService: 2, idleSince: [LONG_IDLE, NOW] }, NOW + KEEP_WARM_MS],
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
  ])('%s', (_sentence, of, at) => {
    expect(nextDecisionAt(observation(of))).toBe(at);
  });
});

describe('the bounds come from', () => {
  const VARIANT: DeployedVariant = {
    name: 'AllTraffic',
    modelName: 'm',
    initialInstanceCount: 1,
    initialVariantWeight: 1,
    desiredInstanceCount: 3,
    container: { image: 'i', environment: {} },
  };
  const TARGET: ScalableTarget = {
    id: '1',
    endpointName: 'e',
    variantName: 'AllTraffic',
    minCapacity: 0,
    maxCapacity: 5,
    suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true },
    createdAt: 0,
  };
  const managed = { enabled: true, minInstanceCount: 2, maxInstanceCount: 8 };

  test('the scalable target before all else', () => {
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: managed }, TARGET)).toEqual({
      minimum: 0,
      maximum: 5,
      source: 'scalable target',
      suspended: TARGET.suspended,
    });
  });

  test('the variant itself without one', () => {
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: managed }, undefined)).toEqual(
      bounds(2, 8, { source: 'managed instance scaling' }),
    );
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: { enabled: true } }, undefined)).toEqual(
      bounds(1, 1, { source: 'managed instance scaling' }),
    );
  });

  test('the count that was asked for last where nothing scales', () => {
    const fixed = bounds(3, 3, { source: 'desired instance count' });
    expect(capacityBounds(VARIANT, undefined)).toEqual(fixed);
    expect(capacityBounds({ ...VARIANT, managedInstanceScaling: { ...managed, enabled: false } }, undefined)).toEqual(
      fixed,
    );
  });
});
