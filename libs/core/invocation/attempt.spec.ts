import { describe, expect, test } from 'vitest';
import { type AfterAttempt, type AttemptEnd, type FailureKind, afterAttempt } from './attempt.js';

const ATTEMPTED = { endpointName: 'reader', brokenAttempts: 0, timeoutMs: 900_000 };

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
      'the model failed, it is Failed at once, as a ClientError like in SageMaker',
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
      'got no usable response, it is Failed',
      { kind: 'bad-response', reason: 'Too long.' },
      failed('bad-response', 'ClientError: Too long.'),
    ],
    [
      'could not read its input, it is Failed',
      { kind: 'input-unreadable', reason: 'Gone.' },
      failed('input-unreadable', 'ClientError: Gone.'),
    ],
    [
      'could not store its output, it is Failed',
      { kind: 'output-unwritable', reason: 'No.' },
      failed('output-unwritable', 'ClientError: No.'),
    ],
    [
      'is abandoned, it is Failed',
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
    ['its worker stopped, it is tried again uncounted', { kind: 'worker-stopped' }, { do: 'requeue', broken: false }],
    ['was cancelled, nothing is left to do', { kind: 'cancelled' }, { do: 'nothing' }],
  ];

  test.each(ROWS)('%s', (_sentence, end, after) => {
    expect(afterAttempt(ATTEMPTED, end)).toEqual(after);
  });

  test('broke the third instance, the invocation itself is taken for the cause', () => {
    const end = { kind: 'instance-broke' } as const;
    expect(afterAttempt({ ...ATTEMPTED, brokenAttempts: 1 }, end)).toEqual({ do: 'requeue', broken: true });
    expect(afterAttempt({ ...ATTEMPTED, brokenAttempts: 2 }, end)).toEqual(
      failed(
        'instance-broke',
        'ClientError: Could not get a response from the reader endpoint: 3 attempts at this request broke their ' +
          `instance or its connection. ${LOGS}`,
      ),
    );
  });
});
