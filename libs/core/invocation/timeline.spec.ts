import type { AttemptRecord } from './attempt.js';
import { expect, test } from 'vitest';
import type { Invocation } from './invocation.js';
import { timelineOf } from './timeline.js';

const ACCEPTED: Invocation = {
  id: 'id',
  inferenceId: 'id',
  endpointName: 'reader',
  inputLocation: 's3://in/1',
  outputLocation: 's3://out/1',
  includeResponseIn: [],
  acceptedAt: 1_000,
  expiresAt: 61_000,
  timeoutMs: 60_000,
  state: 'Queued',
  attempt: 0,
  brokenAttempts: 0,
};
const FIRST: AttemptRecord = {
  number: 1,
  instanceId: 'i-1',
  instanceReadyAt: 4_000,
  startedAt: 4_001,
  endedAt: 5_000,
  kind: 'instance-broke',
};
const SECOND: AttemptRecord = {
  ...FIRST,
  number: 2,
  instanceId: 'i-2',
  startedAt: 9_000,
  endedAt: 9_500,
  kind: 'succeeded',
};

const WAITED = { state: 'Queued', from: 1_000, until: 4_001, waitedFor: 'an instance to come into service' };
const BROKE = { state: 'Running', from: 4_001, until: 5_000, attempt: 1, instanceId: 'i-1', ended: 'instance-broke' };

test('a queued invocation has waited since it was accepted', () => {
  expect(timelineOf(ACCEPTED)).toEqual([{ state: 'Queued', from: 1_000 }]);
});

test('a running invocation waited for its instance before', () => {
  const current = { attempt: 1, instanceId: 'i-1', instanceReadyAt: 4_000, startedAt: 4_001 };
  expect(timelineOf({ ...ACCEPTED, ...current, state: 'Running' })).toEqual([
    WAITED,
    { state: 'Running', from: 4_001, attempt: 1, instanceId: 'i-1' },
  ]);
});

test.each<[readyAt: number, startedAt: number, waitedFor: string | undefined]>([
  [500, 1_010, undefined],
  [500, 3_000, 'a free slot on an instance'],
  [2_000, 2_010, 'an instance to come into service'],
  [2_000, 3_000, 'an instance to come into service, then a free slot on it'],
])('with an instance ready at %i and a start at %i it waited for: %s', (instanceReadyAt, startedAt, waitedFor) => {
  const [wait] = timelineOf({ ...ACCEPTED, pastAttempts: [{ ...FIRST, instanceReadyAt, startedAt }] });
  expect(wait?.waitedFor).toBe(waitedFor);
});

test('an invocation with two attempts waited twice, and ends with its last attempt', () => {
  const completed: Invocation = { ...ACCEPTED, state: 'Completed', settledAt: 9_500, pastAttempts: [FIRST, SECOND] };
  expect(timelineOf(completed)).toEqual([
    WAITED,
    BROKE,
    { state: 'Queued', from: 5_000, until: 9_000, waitedFor: 'a free slot on an instance' },
    { state: 'Running', from: 9_000, until: 9_500, attempt: 2, instanceId: 'i-2', ended: 'succeeded' },
    { state: 'Completed', from: 9_500 },
  ]);
});

test('an invocation that was settled while it waited shows that wait', () => {
  const cancelled: Invocation = { ...ACCEPTED, state: 'Cancelled', settledAt: 7_000, pastAttempts: [FIRST] };
  expect(timelineOf(cancelled)).toEqual([
    WAITED,
    BROKE,
    { state: 'Queued', from: 5_000, until: 7_000 },
    { state: 'Cancelled', from: 7_000 },
  ]);
});
