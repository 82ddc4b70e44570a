import { expect, test } from 'vitest';
import { MAX_KEPT_REPORTS, MAX_PARTIAL_BYTES } from '../../core/invocation/progress.js';
import { deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { cancelInvocation } from './cancel-invocation.js';
import { ProgressBook } from './progress-book.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { progressToken } from './progress-token.js';

const HALF = { kind: 'progress', progress: 0.5 } as const;
const PART = { kind: 'partial', contentType: 'text/plain', content: new Uint8Array(MAX_PARTIAL_BYTES) } as const;

async function aRunningInvocation() {
  const parts = memoryWorld();
  await deployEndpoint(parts);
  const book = new ProgressBook(parts.world);
  const start = async () => {
    const input = { body: Buffer.from('page') };
    const { id } = await submitInvocation(parts.world, { endpointName: 'reader', input });
    const now = parts.clock.now();
    const request = { endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil: now + 30_000 };
    const [running] = await parts.ledger.lease(request);
    return { id, attempt: running!.attempt, token: progressToken(parts.secrets, running!) };
  };
  return { ...parts, ...(await start()), book, start };
}

test('keeps the reports of a container in order, and signals the watchers', async () => {
  const { book, clock, id, signals, token } = await aRunningInvocation();
  const told: unknown[] = [];
  signals.subscribe((signal) => told.push(signal));
  await book.report(token, HALF);
  await clock.advance(100);
  await book.report(token, { kind: 'progress', message: 'nearly' });
  expect(book.since(id)).toMatchObject([
    { at: clock.now() - 100, attempt: 1, report: HALF },
    { at: clock.now(), attempt: 1, report: { message: 'nearly' } },
  ]);
  const signal = { kind: 'invocation', invocationId: id };
  expect(told).toEqual([signal, signal]);
});

test('returns the reports after a given report', async () => {
  const { book, id, token } = await aRunningInvocation();
  for (const progress of [0.1, 0.2, 0.3]) await book.report(token, { kind: 'progress', progress });
  const [first, ...others] = book.since(id);
  expect(book.since(id, first!.number)).toEqual(others);
  expect(book.since(id, others.at(-1)!.number)).toEqual([]);
});

test('refuses an invalid token, and a token of another purpose', async () => {
  const { book, id, secrets } = await aRunningInvocation();
  for (const token of [secrets.seal(`1/${id}`, 'upload'), 'made up', '']) {
    await expect(book.report(token, HALF)).rejects.toMatchObject({ code: 'AccessDenied' });
  }
  expect(book.since(id)).toEqual([]);
});

test('accepts a token for its own attempt only', async () => {
  const { book, clock, id, ledger, token, attempt, secrets } = await aRunningInvocation();
  await ledger.release({ invocationId: id, attempt }, true);
  await expect(book.report(token, HALF)).rejects.toMatchObject({ code: 'AccessDenied' });
  const now = clock.now();
  const request = { endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil: now + 30_000 };
  const [again] = await ledger.lease(request);
  await expect(book.report(token, HALF)).rejects.toMatchObject({ code: 'AccessDenied' });
  await book.report(progressToken(secrets, again!), HALF);
  expect(book.since(id)).toMatchObject([{ attempt: 2 }]);
});

test('refuses reports on a settled invocation, and keeps the earlier ones', async () => {
  const { book, id, token, world } = await aRunningInvocation();
  await book.report(token, HALF);
  await cancelInvocation(world, id);
  await expect(book.report(token, HALF)).rejects.toMatchObject({ code: 'AccessDenied' });
  expect(book.since(id)).toHaveLength(1);
});

test('accepts fifty reports a second, and no more', async () => {
  const { book, clock, id, token } = await aRunningInvocation();
  for (let count = 0; count < 50; count++) await book.report(token, HALF);
  await expect(book.report(token, HALF)).rejects.toMatchObject({ code: 'TooManyRequests' });
  await clock.advance(1_000);
  await book.report(token, HALF);
  expect(book.since(id)).toHaveLength(51);
});

test('keeps the last reports of one invocation', async () => {
  const { book, clock, id, token } = await aRunningInvocation();
  for (let count = 0; count < MAX_KEPT_REPORTS + 10; count++) {
    await book.report(token, { kind: 'progress', data: count });
    await clock.advance(100);
  }
  const kept = book.since(id).map(({ report }) => report.kind === 'progress' && report.data);
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([MAX_KEPT_REPORTS, 10, MAX_KEPT_REPORTS + 9]);
});

test('forgets old reports, and gives later ones higher numbers', async () => {
  const { book, clock, id, start, token } = await aRunningInvocation();
  await book.report(token, HALF);
  const [{ number: last } = { number: 0 }] = book.since(id);
  await clock.advance(10 * 60_000);
  await book.report((await start()).token, HALF);
  expect(book.since(id)).toEqual([]);
  await book.report(token, HALF);
  expect(book.since(id, last)).toHaveLength(1);
});

test('limits the bytes of all reports together, and forgets the oldest first', async () => {
  const { book, id, start, token } = await aRunningInvocation();
  await book.report(token, HALF);
  // Each invocation keeps somewhat less than 1 MiB, and all together keep at most 64 MiB.
  const others = [];
  for (let count = 0; count < 90; count++) {
    const other = await start();
    others.push(other);
    for (let part = 0; part < 3; part++) await book.report(other.token, PART);
  }
  expect(book.since(id)).toEqual([]);
  const kept = others.filter((other) => book.since(other.id).length > 0);
  expect(kept).toEqual(others.slice(-85));
});
