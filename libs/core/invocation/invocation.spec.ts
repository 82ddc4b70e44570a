import { describe, expect, test } from 'vitest';
import { type Invocation, type InvocationState, canBecome, hasExpired, isSettled } from './invocation.js';

const INVOCATION: Invocation = {
  id: '0197-1',
  inferenceId: 'label',
  endpointName: 'reader',
  inputLocation: 's3://in/1',
  outputLocation: 's3://out/1',
  acceptedAt: 1_000,
  expiresAt: 61_000,
  timeoutMs: 900_000,
  includeResponseIn: [],
  state: 'Running',
  attempt: 1,
  brokenAttempts: 0,
};

describe('an invocation moves', () => {
  const SETTLED = ['Completed', 'Failed', 'Expired', 'Cancelled'] as const;
  const MOVES: Readonly<Record<InvocationState, readonly InvocationState[]>> = {
    Queued: ['Running', 'Expired', 'Failed', 'Cancelled'],
    Running: ['Queued', ...SETTLED],
    Completed: [],
    Failed: [],
    Expired: [],
    Cancelled: [],
  };
  const STATES = Object.keys(MOVES) as InvocationState[];

  test.each(STATES)('from %s only to where it may', (from) => {
    expect(STATES.filter((to) => canBecome(from, to)).sort()).toEqual([...MOVES[from]].sort());
  });

  test('nowhere once it is settled', () => {
    expect(STATES.filter(isSettled)).toEqual([...SETTLED]);
  });
});

test.each([
  [60_999, false],
  [61_000, true],
  [61_001, true],
])('at %i it has expired: %s', (now, expired) => {
  expect(hasExpired(INVOCATION, now)).toBe(expired);
});
