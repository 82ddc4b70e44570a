import { describe, expect, test } from 'vitest';
import {
  BOUNDS,
  BUSY,
  FAILED,
  NOW,
  PAUSE,
  failures,
  policies,
  start,
  variant,
} from '../../../test/support/variant-situations.js';
import type { Endpoint } from '../endpoint/endpoint.js';
import type { Invocation } from '../invocation/invocation.js';
import { NOT_SUSPENDED } from '../scaling/scalable-target.js';
import type { VariantSituation } from './variant-situation.js';
import { whyWaiting } from './why-waiting.js';

const NO_INSTANCE = 'There is no instance in service.';

const ALL_BUSY = 'All 3 instances are busy (6 slots), with 5 waiting in all.';

test('the explanation of an invocation whose dispatch is paused says who paused it, whatever instances there are', () => {
  const paused = { ...endpoint(), dispatch: 'paused', gateChanges: { dispatch: PAUSE } } as const;
  const situation = {
    now: NOW,
    invocation: invocation(),
    endpoint: paused,
    variants: [variant({ inService: 2, slots: 2 })],
  };
  expect(whyWaiting(situation)).toBe(
    'Dispatch is paused by an operator since 2026-01-01T11:59:00Z; it waits until that is resumed.',
  );
});

describe('the explanation of a queued invocation says', () => {
  test.each<[string, Partial<VariantSituation>, string]>([
    ['that an instance is about to be launched', {}, `${NO_INSTANCE} An instance is about to be launched.`],
    [
      'that one is starting, in which phase and since when',
      { starts: [start('boot', 3_000)] },
      `${NO_INSTANCE} 1 instance is starting (booting for 3 s).`,
    ],
    [
      'how far the furthest has come and how long that usually takes',
      {
        starts: [start('download', 9_000), start('boot', 2_000), start('boot', 3_000)],
        usualPhasesMs: { boot: 5_000 },
      },
      `${NO_INSTANCE} 3 instances are starting (the furthest booting for 3 s, usually 5 s).`,
    ],
    [
      'that the maximum is zero',
      { bounds: { ...BOUNDS, maximum: 0 } },
      `${NO_INSTANCE} Its maximum capacity is 0, so it gets no instance until that is raised.`,
    ],
    [
      'that all instances are busy and there may not be more',
      BUSY,
      `${ALL_BUSY} It may not have more: its maximum capacity is 3.`,
    ],
    [
      'which limit that is if the count was set by hand',
      { ...BUSY, bounds: { ...BOUNDS, source: 'desired instance count' } },
      `${ALL_BUSY} It may not have more: the instance count that was set is 3.`,
    ],
    [
      'that the one instance is busy and more are starting',
      { inService: 1, busy: 1, slots: 1, takenSlots: 1, starts: [start('ping', 500)] },
      'The one instance is busy (1 slot), with 5 waiting in all. ' +
        '1 instance is starting (waiting for its first good ping for less than a second).',
    ],
    ['why launches fail and when the next is tried', { failures }, `${NO_INSTANCE} ${FAILED}`],
    [
      'that new instances have only their share while the endpoint is being updated',
      { inService: 4, busy: 2, slots: 2, takenSlots: 2, newShare: 0.1 },
      'The instances that may take it are busy (2 slots), with 5 waiting in all; the endpoint is being updated, and 10 % of ' +
        'the work may go to new instances.',
    ],
    [
      'that launches fail during an update, in which its policies have no part',
      { failures, newShare: 0, bounds: { ...BOUNDS, maximum: 0 } },
      `${NO_INSTANCE} ${FAILED}`,
    ],
    [
      'that its instances have no weight',
      { inService: 2, busy: 0, slots: 0, bounds: { ...BOUNDS, maximum: 2 } },
      'Its instances may take none of the work now. It may not have more: its maximum capacity is 2.',
    ],
    [
      'that one is being tried after others failed',
      { failures, starts: [start('boot', 3_000)] },
      `${NO_INSTANCE} 1 instance is starting (booting for 3 s); before that, ${FAILED}`,
    ],
    [
      'that scaling out is suspended',
      { bounds: { ...BOUNDS, suspended: { ...NOT_SUSPENDED, dynamicScalingOut: true } } },
      `${NO_INSTANCE} Scaling out is suspended, so Ebb adds none on its own.`,
    ],
    [
      'until when a cooldown lasts',
      {
        policies,
        cooldowns: { out: { policyName: 'track', from: 1, to: 2, cooldownMs: 300_000, completedAt: NOW - 60_000 } },
      },
      `${NO_INSTANCE} The cooldown of policy track after its change from 1 to 2 lasts until 2026-01-01T12:04:00Z, in 4 min.`,
    ],
    [
      'that a cooldown has not begun yet',
      { policies, cooldowns: { out: { policyName: 'track', from: 1, to: 2, cooldownMs: 300_000 } } },
      `${NO_INSTANCE} The cooldown of policy track after its change from 1 to 2 begins when that change is complete.`,
    ],
    [
      'which alarms have not asked for more',
      { policies },
      `${NO_INSTANCE} Its policies have not asked for more yet: alarm High of track is OK and alarm No capacity of step is INSUFFICIENT_DATA.`,
    ],
    [
      'that no alarm triggers its policies',
      { policies: [{ policyName: 'step', alarms: [] }] },
      `${NO_INSTANCE} Its policies cannot ask for more: no alarm triggers them.`,
    ],
    [
      'that the present instances should do',
      { inService: 2, busy: 2, slots: 2, takenSlots: 2 },
      'All 2 instances are busy (2 slots), with 5 waiting in all. No more instances are asked for, because the present ones should do the work in time.',
    ],
    [
      'that there is room for it',
      { ...BUSY, takenSlots: 5 },
      'An instance has room for it, so it starts within moments.',
    ],
  ])('%s', (_sentence, of, why) => {
    expect(whyWaiting({ now: NOW, invocation: invocation(), endpoint: endpoint(), variants: [variant(of)] })).toBe(why);
  });

  test('what holds for each variant if there are several', () => {
    const variants = [variant({ variantName: 'a' }), variant({ variantName: 'b', failures })];
    expect(whyWaiting({ now: NOW, invocation: invocation(), endpoint: endpoint(), variants })).toBe(
      `Variant a: ${NO_INSTANCE} An instance is about to be launched. Variant b: ${NO_INSTANCE} ${FAILED}`,
    );
  });
});

describe('the explanation of an invocation says', () => {
  test.each<[string, Partial<Invocation>, Partial<Endpoint> | undefined, string]>([
    [
      'that its last attempt broke off',
      { attempt: 1 },
      {},
      `Its last attempt broke off, and it waits for another. ${NO_INSTANCE} An instance is about to be launched.`,
    ],
    [
      'that its time to live is over',
      { expiresAt: NOW - 1_000 },
      {},
      'It waited longer than its time to live, which was over at 2026-01-01T11:59:59Z: it is settled as Expired.',
    ],
    ['that its endpoint is gone', {}, undefined, 'Its endpoint does not exist any more: it is settled as Failed.'],
    [
      'that its endpoint is being deleted',
      {},
      { status: 'Deleting' },
      'Its endpoint is being deleted: it is settled as Failed.',
    ],
    [
      'that its endpoint has failed, and why',
      {},
      { status: 'Failed', failureReason: 'There is no such image.' },
      'Its endpoint is Failed, and nothing runs there. The reason: There is no such image.',
    ],
    [
      'where it is being run and since when',
      { state: 'Running', attempt: 1, startedAt: NOW - 65_000, leasedUntil: NOW + 20_000 },
      {},
      'It is being run on instance i-1 since 2026-01-01T11:58:55Z, for 65 s so far.',
    ],
    [
      'which attempt that is, and that its worker has gone silent',
      { state: 'Running', attempt: 3, startedAt: NOW - 7_200_000, leasedUntil: NOW - 1 },
      {},
      'It is being run on instance i-1 since 2026-01-01T10:00:00Z, for 2 h so far, after 2 attempts that broke off. ' +
        'Its worker does not answer any more: it goes back to the backlog.',
    ],
    [
      'how it was settled',
      { state: 'Completed', settledAt: NOW - 500 },
      {},
      'It was settled as Completed at 2026-01-01T11:59:59Z.',
    ],
    [
      'why it failed',
      { state: 'Failed', settledAt: NOW, failureReason: 'ClientError: No.' },
      {},
      'It was settled as Failed at 2026-01-01T12:00:00Z: ClientError: No.',
    ],
  ])('%s', (_sentence, of, has, why) => {
    const situation = { now: NOW, invocation: invocation(of), endpoint: has && endpoint(has), variants: [variant()] };
    expect(whyWaiting({ ...situation, instanceId: 'i-1' })).toBe(why);
  });
});

function endpoint(of: Partial<Endpoint> = {}): Pick<Endpoint, 'name' | 'status' | 'failureReason'> {
  return { name: 'reader', status: 'InService', ...of };
}

function invocation(of: Partial<Invocation> = {}): Invocation {
  return {
    id: 'a',
    inferenceId: 'a',
    endpointName: 'reader',
    inputLocation: 's3://b/in',
    outputLocation: 's3://b/out',
    acceptedAt: NOW - 9_000,
    expiresAt: NOW + 3_600_000,
    timeoutMs: 900_000,
    includeResponseIn: [],
    state: 'Queued',
    attempt: 0,
    brokenAttempts: 0,
    ...of,
  };
}
