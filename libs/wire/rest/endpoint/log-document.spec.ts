import { expect, test } from 'vitest';
import { type LogRequest, formatLogEvents, formatLogPage, formatLogStreams, logRequestOf } from './log-document.js';
import { GET_LOGS } from './log-routes.js';
import { readRequest } from '../read-request.js';

const NOON = Date.UTC(2026, 4, 1, 12);

function read(parameters: Record<string, unknown>): LogRequest {
  const raw = { parameters: { name: 'reader' }, query: parameters, headers: {} };
  return logRequestOf('reader', readRequest(GET_LOGS, raw).query);
}

test('asks for a page of all logs of an endpoint by default', () => {
  expect(read({})).toEqual({ query: { endpointName: 'reader' }, section: { limit: 1_000 }, follow: false });
});

test('asks for a number of last lines', () => {
  expect(read({ tail: '0', follow: 'true' })).toMatchObject({ section: { last: 0 }, follow: true });
});

test('reads every parameter', () => {
  const request = read({
    instance: 'i-1',
    variant: 'blue',
    stream: ['stdout', 'stderr,data-log'],
    from: '2026-05-01T12:00:00Z',
    to: String(NOON + 1),
    limit: '7',
    after: 'abc',
    follow: 'false',
  });
  expect(request).toEqual({
    query: {
      endpointName: 'reader',
      instanceId: 'i-1',
      variantName: 'blue',
      streams: ['stdout', 'stderr', 'data-log'],
      from: NOON,
      to: NOON + 1,
    },
    section: { limit: 7, after: 'abc' },
    follow: false,
  });
});

test.each([
  [{ limit: '0' }, 'query.limit: must be a whole number from 1 to 10000'],
  [{ limit: '10001' }, 'query.limit: must be'],
  [{ limit: '1e3' }, 'query.limit: must be'],
  [{ limit: ['1', '2'] }, 'query.limit: must be'],
  [{ from: 'yesterday' }, 'query.from: must be a time of ISO 8601 or milliseconds since the epoch'],
  [{ from: ['1', '2'] }, 'query.from: must be given once'],
  [{ from: '2026-13-01' }, 'query.from: must be'],
  [{ to: '2026-05-01 12:00' }, 'query.to: must be'],
  [{ stream: 'stdin' }, 'query.stream.0: must be one of stdout, stderr, data-log, ebb'],
  [{ follow: 'yes' }, 'query.follow: must be true or false'],
  [{ follow: 'true', to: '1' }, 'query.to: has no meaning with follow'],
  [{ tail: '2', limit: '3' }, 'query.tail: has no meaning with after or limit'],
  [{ tail: '2', after: 'abc' }, 'query.tail: has no meaning with after or limit'],
  [{ tail: '-1' }, 'query.tail: must be'],
  [{ after: '' }, 'query.after: must not be empty'],
  [{ since: '1' }, 'query.since: there is no such parameter'],
])('refuses %j and names the rule', (parameters, rule) => {
  expect(() => read(parameters)).toThrow(
    expect.objectContaining({ code: 'InvalidRequest', message: expect.stringContaining(rule) as string }) as Error,
  );
});

const line = { endpointName: 'reader', variantName: 'blue', instanceId: 'i-1', at: NOON, stream: 'stdout' } as const;

test('shows each line of a page with its time and instance, and where the next page begins', () => {
  const page = { lines: [{ ...line, text: 'hello' }], next: 'abc', hasMore: true, hasGap: false };
  expect(formatLogPage(page)).toEqual({
    lines: [
      { at: '2026-05-01T12:00:00.000Z', stream: 'stdout', instanceId: 'i-1', variantName: 'blue', text: 'hello' },
    ],
    next: 'abc',
    hasMore: true,
    hasGap: false,
  });
});

test('does not let the text of a line become an event of its own', () => {
  const text = 'a\r\rdata: b\n\nid: c\u2028';
  const events = formatLogEvents({ lines: [{ ...line, text }], next: 'abc', hasMore: false, hasGap: false });
  const [data, id, ...rest] = events.split(/\r\n|\r|\n/);
  expect(JSON.parse(data!.slice('data: '.length))).toMatchObject({ text });
  expect([id, ...rest]).toEqual(['id: abc', '', '']);
});

test('reports a gap as an event, and where to continue in the last event only', () => {
  const lines = [
    { ...line, text: 'a' },
    { ...line, text: 'b' },
  ];
  const events = formatLogEvents({ lines, next: 'abc', hasMore: false, hasGap: true }).split('\n\n');
  expect(events).toEqual([
    'event: gap\ndata: {}',
    expect.stringMatching(/^data: \{.*"a"\}$/),
    expect.stringMatching(/^data: \{.*"b"\}\nid: abc$/),
    '',
  ]);
});

test('names streams as CloudWatch does', () => {
  const kept = { endpointName: 'reader', lastAt: NOON, sizeBytes: 10 };
  const logs = [{ ...kept, variantName: 'blue', instanceId: 'i-1' }, kept];
  const lastAt = '2026-05-01T12:00:00.000Z';
  expect(formatLogStreams(logs)).toEqual({
    streams: [
      { name: 'blue/i-1', variantName: 'blue', instanceId: 'i-1', lastAt, sizeBytes: 10 },
      { name: 'data-log', lastAt, sizeBytes: 10 },
    ],
  });
});
