import { describe, expect, test } from 'vitest';
import {
  type AfterAttempt,
  type AttemptEnd,
  type FailureKind,
  type Invocation,
  type InvocationState,
  type OutputNaming,
  type Priority,
  afterAttempt,
  canBecome,
  hasExpired,
  isSettled,
  queuePlace,
  resultLocations,
} from './invocation.js';

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

function failed(failureKind: FailureKind, failureReason: string): AfterAttempt {
  return { do: 'settle', state: 'Failed', failureReason, failureKind };
}

describe('after an attempt that', () => {
  const LOGS = 'See the SageMaker Endpoint logs in your account for more information.';
  const ROWS: readonly [string, AttemptEnd, AfterAttempt][] = [
    [
      'succeeded, it is Completed',
      { kind: 'succeeded', contentType: 'text/plain' },
      { do: 'settle', state: 'Completed' },
    ],
    [
      'the model refused, it is Failed at once',
      { kind: 'model-error', status: 404 },
      failed('model-error', `ClientError: Received client error (404) from model. ${LOGS}`),
    ],
    [
      'the model failed, it is Failed at once, and SageMaker says ClientError too',
      { kind: 'model-error', status: 503 },
      failed('model-error', `ClientError: Received server error (503) from model. ${LOGS}`),
    ],
    [
      'took too long, it is Failed with status 0',
      { kind: 'timed-out' },
      failed(
        'timed-out',
        'ClientError: Received server error (0) from model. The model did not answer within 900 seconds. ' + LOGS,
      ),
    ],
    [
      'brought no usable response, it is Failed',
      { kind: 'bad-response', reason: 'Too long.' },
      failed('bad-response', 'ClientError: Too long.'),
    ],
    [
      'had no input, it is Failed',
      { kind: 'input-unreadable', reason: 'Gone.' },
      failed('input-unreadable', 'ClientError: Gone.'),
    ],
    [
      'had nowhere to write, it is Failed',
      { kind: 'output-unwritable', reason: 'No.' },
      failed('output-unwritable', 'ClientError: No.'),
    ],
    [
      'nobody will make, it is Failed',
      { kind: 'abandoned', reason: 'Deleted.' },
      failed('abandoned', 'ClientError: Deleted.'),
    ],
    [
      'came too late, it is Expired',
      { kind: 'expired' },
      {
        do: 'settle',
        state: 'Expired',
        failureKind: 'expired',
        failureReason: 'ClientError: The request expired: it was not processed within its time to live.',
      },
    ],
    ['broke its instance, it is tried again and counted', { kind: 'instance-broke' }, { do: 'requeue', broken: true }],
    [
      'our own worker gave up, it is tried again uncounted',
      { kind: 'worker-stopped' },
      { do: 'requeue', broken: false },
    ],
    ['was cancelled, nothing is left to do', { kind: 'cancelled' }, { do: 'nothing' }],
  ];

  test.each(ROWS)('%s', (_sentence, end, after) => {
    expect(afterAttempt(INVOCATION, end)).toEqual(after);
  });

  test('broke the third instance, the invocation itself is taken for the cause', () => {
    const end = { kind: 'instance-broke' } as const;
    expect(afterAttempt({ ...INVOCATION, brokenAttempts: 1 }, end)).toEqual({ do: 'requeue', broken: true });
    expect(afterAttempt({ ...INVOCATION, brokenAttempts: 2 }, end)).toEqual(
      failed(
        'instance-broke',
        'ClientError: Could not get a response from the reader endpoint: 3 attempts at this request broke their ' +
          `instance or its connection. ${LOGS}`,
      ),
    );
  });
});

const at = (acceptedAt: number, priority?: Priority): number => queuePlace({ acceptedAt, priority });

describe('the place in the queue', () => {
  test('is the order of acceptance among equals', () => {
    expect(at(1)).toBeLessThan(at(2));
    expect(at(5)).toBe(at(5, 'normal'));
  });

  test('is ten minutes ahead with a high priority and ten behind with a low one', () => {
    expect(at(600_000, 'high')).toBe(at(0));
    expect(at(0, 'low')).toBe(at(600_000));
  });

  test('is reached by everything in the end: what comes later than the head starts comes behind', () => {
    expect(at(0, 'low')).toBeLessThan(at(1_200_001, 'high'));
  });
});

describe('results go', () => {
  const ROWS: readonly [string, OutputNaming, { output: string; failure?: string }][] = [
    ['under the output path, by our id', { outputPath: 's3://b/out' }, { output: 's3://b/out/ID.out' }],
    ['to the top of a bucket', { outputPath: 's3://b' }, { output: 's3://b/ID.out' }],
    [
      'to one place whether the path ends in a slash or not',
      { outputPath: 's3://b/out//' },
      { output: 's3://b/out/ID.out' },
    ],
    [
      'under the failure path, if there is one',
      { outputPath: 's3://b/out', failurePath: 's3://c/bad/' },
      { output: 's3://b/out/ID.out', failure: 's3://c/bad/ID-error.out' },
    ],
    [
      'under the extension of both paths',
      { outputPath: 's3://b/out/', failurePath: 's3://c', pathExtension: '/2026/11/' },
      { output: 's3://b/out/2026/11/ID.out', failure: 's3://c/2026/11/ID-error.out' },
    ],
    [
      'under a filename as it stands',
      { outputPath: 's3://b/out', failurePath: 's3://b/out', filename: 'page.json' },
      { output: 's3://b/out/page.json', failure: 's3://b/out/page.json-error.out' },
    ],
    [
      'under extension and filename',
      { outputPath: 's3://b/out', pathExtension: 'x', filename: 'page' },
      { output: 's3://b/out/x/page' },
    ],
    [
      'nowhere else for an extension of slashes',
      { outputPath: 's3://b/out', pathExtension: '//' },
      { output: 's3://b/out/ID.out' },
    ],
  ];

  test.each(ROWS)('%s', (_sentence, naming, locations) => {
    expect(resultLocations('ID', naming)).toEqual(locations);
  });
});

test.each([
  [60_999, false],
  [61_000, true],
  [61_001, true],
])('at %i it has expired: %s', (now, expired) => {
  expect(hasExpired(INVOCATION, now)).toBe(expired);
});
