import { describe, expect, test } from 'vitest';
import {
  BOUNDS,
  BUSY,
  FAILED,
  failures,
  NOW,
  PAUSE,
  policies,
  start,
  variant,
} from '../../../test/support/variant-situations.js';
import { NOT_SUSPENDED } from '../scaling/scalable-target.js';
import type { VariantSituation } from './variant-situation.js';
import { whyInstances } from './why-instances.js';

const IDLE_BACKLOG = { queued: 0, running: 0 };

test('the explanation of a variant says that nothing is launched for queued invocations while dispatch is paused', () => {
  expect(whyInstances(variant({ dispatchPaused: PAUSE }))).toBe(
    'It has no instances, and nothing has changed that yet. Dispatch is paused by an operator since ' +
      '2026-01-01T11:59:00Z, so nothing is launched for the 5 that wait. New invocations do not wake it until dispatch is resumed.',
  );
});

describe("the explanation of a variant's instances says", () => {
  const lastChange = { from: 0, to: 3, cause: 'a backlog of 3 needs 3 instances', startedAt: NOW - 10_000 };
  const three = 'It has 3 instances because a backlog of 3 needs 3 instances (10 s ago).';
  const quiet = { backlog: IDLE_BACKLOG, inService: 3, busy: 0, slots: 3, lastChange };
  const end = 'It goes down to 0 when they have been idle, for 5 min at most.';

  test.each<[string, Partial<VariantSituation>, string]>([
    [
      'that there is none, and what wakes it',
      { backlog: IDLE_BACKLOG },
      'It has no instances, and nothing has changed that yet. The next invocation wakes it.',
    ],
    [
      'why there are this many, and what each does',
      { ...quiet, inService: 2, busy: 1, slots: 2, takenSlots: 1, starts: [start('boot', 3_000)], draining: 1 },
      `${three} 1 is busy, 1 is idle, 1 instance is starting (booting for 3 s) and 1 more finishes its work and will be gone. ${end}`,
    ],
    [
      'that others are paused, and until when',
      { ...quiet, paused: [1, 2].map((each) => ({ instanceId: `p-${each}`, until: NOW + each * 60_000 })) },
      `${three} 3 are idle and 2 more are paused, ready within milliseconds, the last of them until 2026-01-01T12:02:00Z. ${end}`,
    ],
    ['when they go', quiet, `${three} 3 are idle. ${end}`],
    [
      'that policies decide when they go',
      { ...quiet, policies },
      `${three} 3 are idle. It goes down to 0 when the alarms of its policies ask for less.`,
    ],
    [
      'that its minimum keeps them',
      { ...quiet, bounds: { ...BOUNDS, minimum: 3 } },
      `${three} 3 are idle. It always keeps 3 instances: that is its minimum.`,
    ],
    [
      'that a suspension keeps them',
      { ...quiet, bounds: { ...BOUNDS, suspended: { ...NOT_SUSPENDED, dynamicScalingIn: true } } },
      `${three} 3 are idle. Scaling in is suspended, so it keeps them.`,
    ],
    [
      'that the last change is not complete',
      { ...quiet, inService: 1, slots: 1, failures },
      `It has 1 instance; 10 s ago it was scaled from 0 to 3 because a backlog of 3 needs 3 instances. 1 is idle. ${FAILED} ${end}`,
    ],
    [
      'which change was refused',
      {
        ...quiet,
        ...BUSY,
        backlog: { queued: 5, running: 6 },
        lastRefusal: {
          notScaledReasons: [{ code: 'AlreadyAtMaxCapacity', currentCapacity: 3, maxCapacity: 3 }],
          startedAt: NOW - 60_000,
          lastAt: NOW - 4_000,
        },
      },
      `${three} 3 are busy. It may not have more: its maximum capacity is 3. ` +
        `A change was last asked for 4 s ago and refused: it is at its maximum capacity. ${end}`,
    ],
    [
      'everything once',
      { bounds: { ...BOUNDS, maximum: 0 } },
      'It has no instances, and nothing has changed that yet. ' +
        'Its maximum capacity is 0, so it gets no instance until that is raised.',
    ],
    [
      'that launches fail, even if nothing waits',
      { backlog: IDLE_BACKLOG, failures },
      `It has no instances, and nothing has changed that yet. ${FAILED} The next invocation wakes it.`,
    ],
  ])('%s', (_sentence, of, why) => {
    expect(whyInstances(variant(of))).toBe(why);
  });
});
