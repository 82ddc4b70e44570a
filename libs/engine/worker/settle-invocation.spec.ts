import { expect, test } from 'vitest';
import { ERROR_TOPIC, SUCCESS_TOPIC, deployEndpoint, memoryWorld } from '../../../test/support/memory-world.js';
import { submitInvocation } from '../../../test/support/submit-invocation.js';
import { EbbError } from '../../core/errors.js';
import { CANCELLED_REASON } from '../../core/invocation/attempt.js';
import { cancelInvocation } from '../invocation/cancel-invocation.js';
import type { HeldLease } from './held-lease.js';
import { settleInvocation } from './settle-invocation.js';

const LEASE_MS = 30_000;

/** One invocation, leased, with its output staged. */
async function anAttempt() {
  const parts = memoryWorld();
  const { world, clock, ledger, objects } = parts;
  await deployEndpoint(parts, { asyncInference: { successTopic: SUCCESS_TOPIC, errorTopic: ERROR_TOPIC } });
  await submitInvocation(world, { endpointName: 'reader', input: { body: Buffer.from('page') }, filename: 'page' });
  const lease = async () => {
    const now = clock.now();
    const leasedUntil = now + LEASE_MS;
    const [invocation] = await ledger.lease({ endpointName: 'reader', workerId: 'w', count: 1, now, leasedUntil });
    const held: HeldLease = { invocationId: invocation!.id, attempt: invocation!.attempt, leasedUntil };
    return { invocation: invocation!, lease: held };
  };
  const stage = (text: string) => objects.stage({ bucket: 'results', key: 'out/page' }, Buffer.from(text));
  const content = async (key: string): Promise<string | undefined> => {
    const found = await objects.get({ bucket: 'results', key }).catch(() => undefined);
    return found && String(Buffer.from(found.body as Uint8Array));
  };
  return { ...parts, content, stage, lease, first: await lease() };
}

const SUCCEEDED = { kind: 'succeeded', contentType: 'text/plain' } as const;

test('shows the output, then records it, with one message under the invocation’s own id', async () => {
  const { world, first, stage, content, invocations, outbox, clock } = await anAttempt();
  const { invocation } = first;
  expect(
    await settleInvocation(world, { ...first, attempt: { end: SUCCEEDED, staged: await stage('text') } }),
  ).toMatchObject({ kind: 'settled' });
  expect(await content('out/page')).toBe('text');
  expect(await invocations.find(invocation.id)).toMatchObject({
    state: 'Completed',
    responseContentType: 'text/plain',
  });
  const due = await outbox.take(10, clock.now(), clock.now());
  expect(due.map(({ delivery }) => delivery)).toMatchObject([
    { id: invocation.id, receiver: { kind: 'topic', topicArn: SUCCESS_TOPIC } },
  ]);
});

test('shows nothing if the process slept past its lease while it renewed it', async () => {
  const { world, first, stage, content, ledger, clock, lease } = await anAttempt();
  const renew = ledger.renew.bind(ledger);
  ledger.renew = async (...args) => {
    ledger.renew = renew;
    const renewed = await renew(...args);
    await clock.sleep(60_000);
    return renewed;
  };
  await clock.advance(25_000);
  const settled = settleInvocation(world, { ...first, attempt: { end: SUCCEEDED, staged: await stage('late') } });
  await clock.advance(50_000);
  await ledger.reclaim(clock.now());
  const second = await lease();
  await settleInvocation(world, { ...second, attempt: { end: SUCCEEDED, staged: await stage('in time') } });
  await clock.advance(10_000);
  expect(await settled).toEqual({ kind: 'lost' });
  expect(await content('out/page')).toBe('in time');
});

test('leaves nothing behind if the lease is lost', async () => {
  const { world, first, stage, content, ledger, clock } = await anAttempt();
  await clock.advance(LEASE_MS);
  await ledger.reclaim(clock.now());
  const staged = await stage('late');
  let wasDiscarded = false;
  const watched = { ...staged, commit: () => staged.commit(), discard: async () => void (wasDiscarded = true) };
  expect(await settleInvocation(world, { ...first, attempt: { end: SUCCEEDED, staged: watched } })).toEqual({
    kind: 'lost',
  });
  expect({ wasDiscarded, content: await content('out/page') }).toEqual({ wasDiscarded: true, content: undefined });
});

test('writes the reason of a failure, or the model’s own words, as the failure object', async () => {
  const plain = await anAttempt();
  await settleInvocation(plain.world, {
    ...plain.first,
    attempt: { end: { kind: 'bad-response', reason: 'Cut.' } },
  });
  expect(await plain.content('bad/page-error.out')).toBe('ClientError: Cut.');
  const worded = await anAttempt();
  const staged = await worded.objects.stage(
    { bucket: 'results', key: 'bad/page-error.out' },
    Buffer.from('{"error":1}'),
  );
  await settleInvocation(worded.world, {
    ...worded.first,
    attempt: { end: { kind: 'model-error', status: 400 }, staged },
  });
  expect(await worded.content('bad/page-error.out')).toBe('{"error":1}');
});

test('fails an invocation whose output cannot be shown, and the failure object says why', async () => {
  const { world, first, content, invocations, stage } = await anAttempt();
  const staged = await stage('text');
  const broken = {
    ...staged,
    discard: () => staged.discard(),
    commit: async () => {
      throw new EbbError('StorageFull', 'There is no room.');
    },
  };
  await settleInvocation(world, { ...first, attempt: { end: SUCCEEDED, staged: broken } });
  const reason = 'ClientError: The output could not be written to s3://results/out/page: There is no room.';
  expect(await invocations.find(first.invocation.id)).toMatchObject({ state: 'Failed', failureReason: reason });
  expect(await content('bad/page-error.out')).toBe(reason);
});

test('does not settle a failure while storage is full, but settles it if its bucket does not exist', async () => {
  const { world, first, objects, invocations } = await anAttempt();
  const end = { kind: 'bad-response', reason: 'Cut.' } as const;
  const put = objects.put.bind(objects);
  objects.put = async () => {
    throw new EbbError('StorageFull', 'There is no room.');
  };
  await expect(settleInvocation(world, { ...first, attempt: { end } })).rejects.toThrow('There is no room.');
  expect(await invocations.find(first.invocation.id)).toMatchObject({ state: 'Running' });
  objects.put = put;
  const invocation = { ...first.invocation, failureLocation: 's3://no-such-bucket/x' };
  expect(await settleInvocation(world, { ...first, invocation, attempt: { end } })).toMatchObject({ kind: 'settled' });
});

test('leaves no output if the invocation is cancelled while it completes', async () => {
  const { world, first, stage, content, invocations } = await anAttempt();
  const { invocation } = first;
  const staged = await stage('text');
  const commit: typeof staged.commit = async () => {
    const head = await staged.commit();
    await cancelInvocation(world, invocation.id);
    return head;
  };
  const attempt = { end: SUCCEEDED, staged: { ...staged, commit, discard: () => staged.discard() } };
  expect(await settleInvocation(world, { ...first, attempt })).toMatchObject({ kind: 'lost' });
  expect(await invocations.find(invocation.id)).toMatchObject({ state: 'Cancelled' });
  expect(await content('out/page')).toBeUndefined();
  expect(await content('bad/page-error.out')).toBe(CANCELLED_REASON);
});

test('removes the failure object of the first run when a redrive completes, even if Ebb ended in between', async () => {
  const { world, first, stage, content, objects } = await anAttempt();
  const { invocation, lease } = first;
  await objects.put({ bucket: 'results', key: 'bad/page-error.out' }, Buffer.from('of the first run'), {});
  const again = { ...invocation, redriveOf: 'first' };
  await settleInvocation(world, { invocation: again, lease, attempt: { end: SUCCEEDED, staged: await stage('text') } });
  expect(await content('out/page')).toBe('text');
  expect(await content('bad/page-error.out')).toBeUndefined();
});
