import { expect, test } from 'vitest';
import { callbackMessage } from './callback-document.js';
import type { Invocation } from '../invocation/invocation.js';

const SETTLED: Invocation = {
  id: 'id',
  inferenceId: 'mine',
  endpointName: 'reader',
  inputLocation: 's3://in/1',
  outputLocation: 's3://out/1',
  failureLocation: 's3://out/1-error',
  includeResponseIn: [],
  acceptedAt: 0,
  startedAt: 1_000,
  settledAt: 2_000,
  expiresAt: 61_000,
  timeoutMs: 60_000,
  state: 'Completed',
  attempt: 1,
  brokenAttempts: 0,
  labels: { team: 'vision' },
  responseContentType: 'text/plain',
};

const parsed = (change: Partial<Invocation>, output = {}): unknown =>
  JSON.parse(callbackMessage({ ...SETTLED, ...change }, output).body);

test('a callback has the form of Standard Webhooks and carries the output', () => {
  const output = { contentType: 'text/plain', encoding: 'utf-8', content: 'read' };
  expect(parsed({}, { output, outputUrl: 'https://ebb.example/output' })).toEqual({
    type: 'invocation.completed',
    timestamp: '1970-01-01T00:00:02.000Z',
    data: {
      id: 'id',
      inferenceId: 'mine',
      endpointName: 'reader',
      state: 'Completed',
      labels: { team: 'vision' },
      acceptedAt: '1970-01-01T00:00:00.000Z',
      startedAt: '1970-01-01T00:00:01.000Z',
      settledAt: '1970-01-01T00:00:02.000Z',
      inputLocation: 's3://in/1',
      outputLocation: 's3://out/1',
      output,
      outputUrl: 'https://ebb.example/output',
    },
  });
});

test.each([
  ['Failed', 'invocation.failed'],
  ['Expired', 'invocation.expired'],
  ['Cancelled', 'invocation.cancelled'],
] as const)('a callback of an invocation that is %s carries the reason and the failure location', (state, type) => {
  const told = parsed({ state, failureReason: 'so', failureKind: 'timed-out' }, { outputUrl: 'https://never' });
  expect(told).toMatchObject({ type, data: { state, failureReason: 'so', errorClass: 'timed-out' } });
  expect(told).toMatchObject({ data: { failureLocation: 's3://out/1-error' } });
  expect(told).not.toHaveProperty('data.outputLocation');
  expect(told).not.toHaveProperty('data.outputUrl');
});
