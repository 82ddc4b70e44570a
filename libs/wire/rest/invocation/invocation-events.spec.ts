import type { AttemptRecord } from '../../../core/invocation/attempt.js';
import { expect, test } from 'vitest';
import type { Invocation } from '../../../core/invocation/invocation.js';
import type { NumberedReport, ProgressReport } from '../../../core/invocation/progress.js';
import { eventsSince, positionOf } from './invocation-events.js';

const QUEUED: Invocation = {
  id: 'i-7',
  inferenceId: 'i-7',
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
const attempt = (number: number): AttemptRecord => ({
  number,
  instanceId: `instance-${number}`,
  startedAt: 1_000 * number + 500,
  endedAt: 1_000 * number + 900,
  kind: 'lost',
});
const RUNNING: Invocation = { ...QUEUED, state: 'Running', attempt: 1, instanceId: 'instance-1', startedAt: 1_500 };
const COMPLETED: Invocation = {
  ...QUEUED,
  state: 'Completed',
  attempt: 1,
  settledAt: 1_900,
  pastAttempts: [{ ...attempt(1), kind: 'succeeded' }],
};
const reported = (number: number, at: number, report: ProgressReport): NumberedReport => {
  return { number, at, attempt: 1, bytes: 0, report };
};

interface Told {
  readonly id: string;
  readonly event: string;
  readonly data: Record<string, unknown>;
}

function read(text: string): Told[] {
  const events = text.split('\n\n').slice(0, -1);
  return events.map((event) => {
    const lines = event
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)]);
    const { id, event: name, data } = Object.fromEntries(lines) as Record<string, string>;
    return { id: id!, event: name!, data: JSON.parse(data!) as Record<string, unknown> };
  });
}

function toldOf(invocation: Invocation, reports: readonly NumberedReport[] = [], lastEventId?: string): Told[] {
  return read(eventsSince(invocation, reports, positionOf(lastEventId)).text);
}

const states = (told: readonly Told[]): unknown[] => told.map(({ data }) => data['state']);

test('tells a late follower all past states with their times', () => {
  expect(toldOf(COMPLETED)).toMatchObject([
    { event: 'state', data: { id: 'i-7', state: 'Queued', at: '1970-01-01T00:00:01.000Z' } },
    {
      event: 'state',
      data: { state: 'Running', at: '1970-01-01T00:00:01.500Z', attempt: 1, instanceId: 'instance-1' },
    },
    { event: 'state', data: { state: 'Completed', at: '1970-01-01T00:00:01.900Z', outputLocation: 's3://out/1' } },
  ]);
});

test('says at the end of a failed invocation why it failed', () => {
  const failure = { failureKind: 'model-error', failureReason: 'It answered 500.' } as const;
  const [, , end] = toldOf({ ...COMPLETED, state: 'Failed', ...failure });
  expect(end?.data).toMatchObject({ state: 'Failed', failureReason: 'It answered 500.', errorClass: 'model-error' });
  expect(end?.data).not.toHaveProperty('outputLocation');
});

test('tells a follower that continues after any event the rest, and nothing twice', () => {
  const reports = [reported(4, 1_600, { kind: 'progress', progress: 0.5 }), reported(5, 1_700, { kind: 'progress' })];
  const all = toldOf(COMPLETED, reports);
  expect(all.map(({ event }) => event)).toEqual(['state', 'state', 'progress', 'progress', 'state']);
  for (const [index, { id }] of all.entries()) expect(toldOf(COMPLETED, reports, id)).toEqual(all.slice(index + 1));
});

test('continues after an event that was sent while the invocation ran', () => {
  const [queued] = toldOf(QUEUED);
  expect(states(toldOf(RUNNING, [], queued!.id))).toEqual(['Running']);
  const running = toldOf(RUNNING).at(-1);
  expect(states(toldOf(COMPLETED, [], running!.id))).toEqual(['Completed']);
});

test('tells every new state to a follower from before the oldest attempts were forgotten', () => {
  const before = { ...QUEUED, pastAttempts: [1, 2, 3].map(attempt) };
  const after: Invocation = {
    ...RUNNING,
    attempt: 5,
    startedAt: 6_000,
    instanceId: 'instance-5',
    pastAttempts: [2, 3, 4].map(attempt),
  };
  const told = toldOf(after, [], toldOf(before).at(-1)!.id);
  expect(told.map(({ data }) => [data['state'], data['attempt']])).toEqual([
    ['Running', 4],
    ['Queued', undefined],
    ['Running', 5],
  ]);
});

test.each([undefined, '', 'nonsense', 'Queued-99~0', '~', 'Queued-0~1e9'])(
  'starts at the beginning for the last id %j',
  (id) => {
    expect(states(toldOf(COMPLETED, [], id))).toEqual(['Queued', 'Running', 'Completed']);
  },
);

test('tells progress with the container’s message and data', () => {
  const report = { kind: 'progress', progress: 0.25, message: 'page 1\nof 4', data: { page: 1 } } as const;
  const told = toldOf(RUNNING, [reported(1, 1_600, report)]).at(-1);
  expect(told).toMatchObject({ event: 'progress', data: { attempt: 1, progress: 0.25, message: 'page 1\nof 4' } });
  expect(told?.data['data']).toEqual({ page: 1 });
});

test.each<[contentType: string, content: Uint8Array, told: object]>([
  ['text/plain', Buffer.from('grüße\n\nid: 9'), { encoding: 'utf-8', content: 'grüße\n\nid: 9' }],
  ['application/json', Buffer.from('{}'), { encoding: 'utf-8', content: '{}' }],
  ['image/png', Uint8Array.of(0, 255), { encoding: 'base64', content: 'AP8=' }],
])('tells a partial result of type %s in a form that fits on one line', (contentType, content, told) => {
  const [event] = toldOf(RUNNING, [reported(1, 1_600, { kind: 'partial', contentType, content })]).slice(-1);
  expect(event).toMatchObject({ event: 'partial', data: { contentType, ...told } });
});
